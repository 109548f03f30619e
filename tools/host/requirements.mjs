// What a machine must have to run the local cloud and to build images: the decision, apart from the looking (probe.mjs).
// Plain JavaScript without dependencies: it is asked before anything is installed, under whatever Node there is.

/**
 * Commands that the builds and tests run, and the Debian package of each.
 * @type {Readonly<Record<string, string>>}
 */
export const commandPackages = {
  "qemu-img": "qemu-utils",
  "qemu-system-x86_64": "qemu-system-x86",
  debootstrap: "debootstrap",
  kpartx: "kpartx",
  "mkfs.vfat": "dosfstools",
  sgdisk: "gdisk",
  "mkfs.ext4": "e2fsprogs",
  mksquashfs: "squashfs-tools",
  sudo: "sudo",
  flock: "util-linux",
  losetup: "mount",
  unshare: "util-linux",
  cpio: "cpio",
  curl: "curl",
  rsync: "rsync",
  zstd: "zstd",
};

/** The oldest Python that Keystone and Glance of the lock file run on. */
const oldestPython = [3, 11];

/**
 * What was seen of a machine.
 * @typedef {object} Host
 * @property {string} platform as in Node's process.platform
 * @property {string} directory the project's, absolute
 * @property {boolean} root whether this is user 0
 * @property {boolean} sudo whether `sudo -n` gives root without a password
 * @property {string | undefined} python version of python3, undefined if there is none
 * @property {boolean} venv whether that Python can make virtualenvs
 * @property {boolean} loop whether the kernel has loop devices
 * @property {boolean} apt whether apt-get is there
 * @property {readonly string[]} missing those of commandPackages that are not there
 */

/**
 * What follows: `problem` is one sentence that says why it cannot go on; otherwise `install` names the packages that
 * the start has to install first, none as a rule.
 * @param {Host} host
 * @returns {{ problem: string } | { problem?: undefined, install: string[] }}
 */
export function judgeHost(host) {
  if (host.platform !== "linux")
    return {
      problem: `images are built on Linux, and this is ${host.platform}: run it on a Linux machine or in a virtual one`,
    };
  if (/[:\\]/.test(host.directory))
    return {
      problem:
        "the path of this project has a : or a \\ in it: the one ends an entry of PATH, and Node loads nothing from below the other; move the project to another place",
    };
  if (!host.root && !host.sudo)
    return {
      problem:
        "building images needs root: run this as root, or allow this user sudo without a password (`sudo -n true` must succeed)",
    };
  if (host.python === undefined)
    return {
      problem:
        "python3 is missing: install Python 3.11 or newer (Debian and Ubuntu: apt-get install python3 python3-venv)",
    };
  if (isOlder(host.python))
    return { problem: `python3 is ${host.python}: install Python 3.11 or newer, and put it on PATH as python3` };
  if (!host.venv)
    return {
      problem:
        "python3 cannot make virtualenvs: install its module venv (Debian and Ubuntu: apt-get install python3-venv)",
    };
  if (!host.loop)
    return {
      problem:
        "this kernel has no loop devices, and diskimage-builder mounts images through them: load the module (modprobe loop), or use a machine that has it",
    };
  const install = [...new Set(host.missing.map((command) => commandPackages[command] ?? command))].sort();
  if (install.length === 0 || (host.root && host.apt)) return { install };
  const how = host.apt
    ? `sudo apt-get install --no-install-recommends ${install.join(" ")}`
    : `the packages that Debian calls ${install.join(" ")}`;
  return {
    problem:
      `${host.missing.join(", ")} ${host.missing.length === 1 ? "is" : "are"} missing on this machine: install ${how}`.replace(
        "install sudo apt-get",
        "run sudo apt-get",
      ),
  };
}

/** @param {string} version */
function isOlder(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1]);
}
