import { IronicImagesError } from "../../errors.ts";
import { deploySources } from "../../recipe/deploy-command.ts";
import type { DeployBuildInputs, ImageInputs } from "../../recipe/fingerprint.ts";
import { builderKind, builders } from "../builder/builder.ts";

/** What was found on a build host. */
export interface BuildHost {
  /** `process.platform`. */
  readonly platform: string;
  /** Root, or `sudo -n` works. */
  readonly privileged: boolean;
  /** Versions of what builds this kind of image, by package; undefined if there is no builder. */
  readonly builder?: Readonly<Record<string, string>>;
  /** Commands of {@link requiredCommands} that are there. */
  readonly commands: ReadonlySet<string>;
  /** There is one that root can attach a file to. */
  readonly loopDevices: boolean;
  /** Root can make mount and process namespaces; in a container it often cannot. */
  readonly namespaces: boolean;
  /** Architectures whose programs run here: its own, and those that binfmt_misc hands to QEMU. */
  readonly architectures: ReadonlySet<string>;
  /** The kernel can mount VFAT. */
  readonly vfat: boolean;
  /** diskimage-builder takes this machine for a container by /.dockerenv, and then calls dmsetup. */
  readonly dockerenv: boolean;
}

/** Each command that some build needs, with the Debian package that brings it. */
const packages = {
  sudo: "sudo",
  flock: "util-linux",
  unshare: "util-linux",
  setpriv: "util-linux",
  losetup: "mount",
  fstrim: "util-linux",
  partx: "util-linux",
  "qemu-img": "qemu-utils",
  "mkfs.ext4": "e2fsprogs",
  lsattr: "e2fsprogs",
  ps: "procps",
  awk: "mawk",
  debootstrap: "debootstrap",
  unsquashfs: "squashfs-tools",
  kpartx: "kpartx",
  dmsetup: "dmsetup",
  sgdisk: "gdisk",
  "mkfs.vfat": "dosfstools",
  cpio: "cpio",
  zstd: "zstd",
  rsync: "rsync",
  curl: "curl",
  git: "git",
  openssl: "openssl",
} as const;

type Command = keyof typeof packages;

/** Every command that {@link BuildHost.commands} can hold. */
export const knownCommands = Object.keys(packages) as readonly Command[];

/** The part of the inputs that decides what a host needs. */
type Needs =
  | Pick<ImageInputs, "kind" | "distribution" | "architecture" | "firmware" | "builder">
  | Pick<
      DeployBuildInputs,
      | "kind"
      | "distribution"
      | "architecture"
      | "agent"
      | "requirements"
      | "simpleInit"
      | "tls"
      | "compression"
      | "builder"
    >;

/** The commands that building this image takes. */
export function requiredCommands(inputs: Needs, dockerenv: boolean): Command[] {
  const { kind, distribution } = inputs;
  const always: Command[] = [
    "sudo",
    "flock",
    "unshare",
    "setpriv",
    "losetup",
    "fstrim",
    "partx",
    "qemu-img",
    "mkfs.ext4",
    "lsattr",
    "ps",
    "awk",
  ];
  const cloudImage = ["fedora", "centos", "rhel"].includes(distribution);
  return [
    ...always,
    // The elements that start from debootstrap: debian, debian-minimal, ubuntu-minimal.
    ...(/^debian(-minimal)?$|^ubuntu-minimal$/.test(distribution) ? (["debootstrap"] as const) : []),
    ...(distribution === "ubuntu" ? (["unsquashfs"] as const) : []),
    ...(kind === "whole-disk" || cloudImage ? (["kpartx", ...(dockerenv ? (["dmsetup"] as const) : [])] as const) : []),
    ...(needsVfat(inputs) ? (["sgdisk", "mkfs.vfat"] as const) : []),
    ...(inputs.kind === "deploy-build" ? deployCommands(inputs) : []),
  ];
}

function needsVfat(inputs: Needs): boolean {
  return "firmware" in inputs && inputs.firmware === "uefi";
}

/** What ironic-python-agent-builder's elements and source-repositories run besides. */
function deployCommands(inputs: Extract<Needs, { kind: "deploy-build" }>): Command[] {
  const sources = deploySources.map((source) => inputs[source]);
  return [
    "cpio",
    ...(inputs.compression === "zstd" ? (["zstd"] as const) : []),
    ...(sources.some((source) => "sha256" in source) ? (["curl", "rsync"] as const) : []),
    ...(sources.some((source) => !("sha256" in source)) ? (["git"] as const) : []),
    ...(inputs.tls !== undefined && "selfSigned" in inputs.tls ? (["openssl"] as const) : []),
  ];
}

/** Everything that keeps this host from building the image, a sentence each; empty if nothing does. */
export function missingForBuild(host: BuildHost, inputs: Needs): string[] {
  if (host.platform !== "linux") return [`images are built on Linux, this is ${host.platform}`];
  const missing = requiredCommands(inputs, host.dockerenv).filter((command) => !host.commands.has(command));
  const debian = [...new Set(missing.map((command) => packages[command]))];
  return [
    ...(host.privileged
      ? []
      : ["neither root nor `sudo -n` without a password: diskimage-builder mounts and enters the image's root"]),
    ...builderProblems(host.builder, inputs),
    ...(missing.length > 0 ? [`${missing.join(", ")} not found: apt-get install ${debian.join(" ")}`] : []),
    ...(host.architectures.has(inputs.architecture)
      ? []
      : [
          `programs of ${inputs.architecture} do not run here: build on such a machine, or install QEMU's user emulation with binfmt (Debian: qemu-user-static)`,
        ]),
    ...(host.loopDevices
      ? []
      : ["no loop device can be had: modprobe loop; a container has to be given /dev/loop-control and /dev/loop*"]),
    ...(host.namespaces
      ? []
      : ["root cannot make namespaces here (unshare): a container has to be given CAP_SYS_ADMIN"]),
    ...(needsVfat(inputs) && !host.vfat
      ? ["the kernel cannot mount VFAT, which firmware: uefi needs: modprobe vfat, or build on a host that has it"]
      : []),
  ];
}

function builderProblems(found: BuildHost["builder"], inputs: Needs): string[] {
  const { command, package: name } = builders[builderKind(inputs)];
  if (found === undefined)
    return [
      `${command} is not on PATH, or does not run: install ${name} ${inputs.builder[name] ?? ""} (npm start does it)`,
    ];
  return Object.entries(inputs.builder)
    .filter(([each, pinned]) => found[each] !== pinned)
    .map(
      ([each, pinned]) =>
        `${each} is ${found[each] ?? "missing"}, pinned is ${pinned}: put the pinned one first on PATH`,
    );
}

/** @throws IronicImagesError `build-host-unfit` that names everything that is missing */
export function requireFitHost(host: BuildHost, inputs: Needs, name: string): void {
  const missing = missingForBuild(host, inputs);
  if (missing.length > 0)
    throw new IronicImagesError("build-host-unfit", `This machine cannot build ${name}: ${missing.join("; ")}`);
}
