import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { cannotBuild, makeProject, realBuilder, tiny } from "../support.ts";

const element = fileURLToPath(
  new URL("../../../../core/build/initramfs-hooks/ironic-images-initramfs", import.meta.url),
);
const skip = cannotBuild() ?? (existsSync("/var/lib/dpkg") ? false : "needs dpkg's directory");
const skipReal = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

/** Where the script and what it calls have their places, in a mount namespace of its own; $1 is the element, $2 a scratch directory. */
const place = `set -eu
  cp "$1/ironic-images-initramfs-lib/update-initramfs" "$1/post-install.d/999-ironic-images-initramfs" "$2"
  mount -t tmpfs none /boot; mount -t tmpfs none /usr/sbin; mount -t tmpfs none /var/lib/dpkg; mount -t tmpfs none /etc
  mkdir -p /etc/kernel/postinst.d /etc/initramfs-tools /var/lib/dpkg/triggers /usr/sbin/tools
  cp "$2"/* /usr/sbin/tools
  mount -t tmpfs none /tmp
  mkdir -p /tmp/in_target.d; ln -s /usr/sbin/tools /tmp/in_target.d/ironic-images-initramfs-lib
  cat >/usr/sbin/update-initramfs <<'X'
#!/bin/sh
echo "\${DPKG_MAINTSCRIPT_PACKAGE:+in $DPKG_MAINTSCRIPT_PACKAGE }$*" >>/boot/calls
[ "$1" != -c ] || : >"/boot/initrd.img-$3"
X
  cat >/usr/sbin/tools/dpkg-trigger <<'X'
#!/bin/sh
[ "$*" = "--no-await update-initramfs" ]
X
  cat >/usr/sbin/tools/linux-version <<'X'
#!/bin/sh
case "$*" in list) printf '6.1\\n6.12\\n' ;; "sort --reverse") sort -rV ;; esac
X
  chmod 755 /usr/sbin/update-initramfs /usr/sbin/tools/*
  PATH=/usr/sbin/tools:$PATH
  echo initramfs-tools >/var/lib/dpkg/triggers/update-initramfs
  : >/etc/kernel/postinst.d/dkms; : >/etc/kernel/postinst.d/initramfs-tools; : >/etc/kernel/postinst.d/zz-update-grub
  : >/boot/calls
  kernel() { DPKG_MAINTSCRIPT_PACKAGE=linux-image update-initramfs -c -k "$@" >/dev/null; }
  trigger() { DPKG_MAINTSCRIPT_PACKAGE= update-initramfs -u; }
`;

/** What update-initramfs itself was asked, a line each, when the commands had run with ours before it. */
async function calls(scratch: string, commands: string): Promise<string[]> {
  const script = `${place}\n${commands}\ncat /boot/calls\n[ ! -e /tmp/ironic-images-initramfs ] || sed 's/^/noted: /' /tmp/ironic-images-initramfs\n`;
  const { stdout } = await execa("unshare", [
    ...["--mount", "--propagation", "private", "bash", "-c", script, "bash", element, scratch],
  ]);
  return stdout === "" ? [] : stdout.split("\n");
}

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ["a kernel's is made by the trigger that follows, once", "kernel 6.12 -b /boot; trigger", ["-c -k 6.12"]],
  [
    "a package that asks for the trigger gets it",
    "kernel 6.12; DPKG_MAINTSCRIPT_PACKAGE=kmod update-initramfs -u; trigger",
    ["in kmod -u", "-c -k 6.12"],
  ],
  [
    "a hook of a package that is not configured yet makes no difference",
    ": >/etc/kernel/postinst.d/zz-systemd-boot.dpkg-new; kernel 6.12; trigger",
    ["-c -k 6.12"],
  ],
  ["the same kernel twice is made once", "kernel 6.12; kernel 6.12; trigger", ["-c -k 6.12"]],
  ["two kernels are both made", "kernel 6.1; kernel 6.12; trigger", ["-c -k 6.1", "-c -k 6.12"]],
  [
    "an older kernel does not save the newest from its update",
    ": >/boot/initrd.img-6.12; kernel 6.1; trigger",
    ["-c -k 6.1", "-u"],
  ],
  [
    "where all are updated, they are",
    "echo update_initramfs=all >/etc/initramfs-tools/update-initramfs.conf; kernel 6.12; trigger",
    ["-c -k 6.12", "-u"],
  ],
  ["an element that asks for all gets them", "kernel 6.12; update-initramfs -u -k all", ["-c -k 6.12", "-u -k all"]],
  [
    "a kernel that goes again is not made",
    "kernel 6.1; kernel 6.12; update-initramfs -d -k 6.1; trigger",
    ["-d -k 6.1", "-c -k 6.12"],
  ],
  ["what no trigger came for is made by our hook", "kernel 6.12; bash /usr/sbin/tools/999-*", ["-c -k 6.12"]],
  ["our hook makes nothing otherwise", "kernel 6.12; trigger; bash /usr/sbin/tools/999-*", ["-c -k 6.12"]],
  ["outside dpkg it is made at once", "update-initramfs -c -k 6.12", ["-c -k 6.12"]],
  ["in another directory it is made at once", "kernel 6.12 -b /srv", ["in linux-image -c -k 6.12 -b /srv"]],
  [
    "where nobody waits for the trigger, as with dracut, it is made at once",
    "echo dracut >/var/lib/dpkg/triggers/update-initramfs; kernel 6.12",
    ["in linux-image -c -k 6.12"],
  ],
  [
    "where dpkg takes no trigger it is made at once",
    "printf '#!/bin/sh\\nexit 1\\n' >/usr/sbin/tools/dpkg-trigger; kernel 6.12",
    ["in linux-image -c -k 6.12"],
  ],
  [
    "before a kernel hook that could look for it, it is made at once",
    ": >/etc/kernel/postinst.d/zz-systemd-boot; kernel 6.12",
    ["in linux-image -c -k 6.12"],
  ],
  [
    "before a boot menu that would miss it, it is made at once",
    "mkdir /boot/grub; : >/boot/grub/grub.cfg; kernel 6.12",
    ["in linux-image -c -k 6.12"],
  ],
  ["without initramfs-tools nothing happens", "rm /usr/sbin/update-initramfs; kernel 6.12; trigger", []],
];

for (const [title, commands, expected] of cases) {
  test(`deferred, played by a script: ${title}`, { skip }, async (t) => {
    assert.deepEqual(await calls(temporaryDirectory(t), commands), expected);
  });
}

test("what a kernel's package notes is kept until something makes it", { skip }, async (t) => {
  assert.deepEqual(await calls(temporaryDirectory(t), "kernel 6.12"), ["noted: 6.12"]);
});

test("apt gets its own directories for programs after ours", { skip }, async (t) => {
  const { stdout: own, exitCode } = await execa("apt-config", ["dump", "--format=%v", "DPkg::Path"], { reject: false });
  if (exitCode !== 0) return t.skip("needs apt");
  const { stdout } = await execa("apt-config", ["dump", "--format=%v", "DPkg::Path"], {
    env: { APT_CONFIG: join(element, "ironic-images-initramfs-lib/apt.conf") },
  });
  assert.equal(stdout, `/tmp/in_target.d/ironic-images-initramfs-lib:${own}`);
});

test(
  "hooks in the image's root have the setting for apt, and hooks outside it have none",
  { skip: skipReal },
  async (t) => {
    const project = makeProject(t);
    project.hook("tiny/extra-data.d/50-look", `echo "outside \${APT_CONFIG:-none}"`);
    project.hook(
      "tiny/install.d/50-look",
      `test -s "$APT_CONFIG"; test -x "\${APT_CONFIG%/*}/update-initramfs"; echo "inside $APT_CONFIG"`,
    );
    const { record } = await project.build(project.job("tiny", tiny));
    const log = readFileSync(project.artifact(record, "build.log"), "utf8");
    assert.match(log, / \| outside none$/m);
    assert.match(log, / \| inside \/tmp\/in_target\.d\/ironic-images-initramfs-lib\/apt\.conf$/m);
  },
);
