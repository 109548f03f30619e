import { IronicImagesError } from "../errors.ts";
import type { FingerprintInputs } from "../recipe/fingerprint.ts";

/** What was found on a build host. */
export interface BuildHost {
  /** `process.platform`. */
  readonly platform: string;
  /** Root, or `sudo -n` works. */
  readonly privileged: boolean;
  /** Version of diskimage-builder; undefined if there is none. */
  readonly builder?: string;
  /** Commands of {@link requiredCommands} that are there. */
  readonly commands: ReadonlySet<string>;
  readonly loopDevices: boolean;
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
} as const;

type Command = keyof typeof packages;

/** Every command that {@link BuildHost.commands} can hold. */
export const knownCommands = Object.keys(packages) as readonly Command[];

/** The commands that building this image takes. */
export function requiredCommands(
  inputs: Pick<FingerprintInputs, "kind" | "distribution" | "firmware">,
  dockerenv: boolean,
): Command[] {
  const { kind, distribution, firmware } = inputs;
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
    ...(firmware === "uefi" ? (["sgdisk", "mkfs.vfat"] as const) : []),
  ];
}

/** Everything that keeps this host from building the image, a sentence each; empty if nothing does. */
export function missingForBuild(
  host: BuildHost,
  inputs: Pick<FingerprintInputs, "kind" | "distribution" | "firmware" | "builder">,
): string[] {
  if (host.platform !== "linux") return [`images are built on Linux, this is ${host.platform}`];
  const pinned = inputs.builder["diskimage-builder"];
  const missing = requiredCommands(inputs, host.dockerenv).filter((command) => !host.commands.has(command));
  const debian = [...new Set(missing.map((command) => packages[command]))];
  return [
    ...(host.privileged
      ? []
      : ["neither root nor `sudo -n` without a password: diskimage-builder mounts and enters the image's root"]),
    ...(host.builder === undefined
      ? [
          `disk-image-create is not on PATH, or does not run: install diskimage-builder ${pinned ?? ""} (npm start does it)`,
        ]
      : []),
    ...(host.builder !== undefined && host.builder !== pinned
      ? [`diskimage-builder is ${host.builder}, pinned is ${pinned ?? "none"}: put the pinned one first on PATH`]
      : []),
    ...(missing.length > 0 ? [`${missing.join(", ")} not found: apt-get install ${debian.join(" ")}`] : []),
    ...(host.loopDevices ? [] : ["no loop devices: modprobe loop"]),
    ...(inputs.firmware === "uefi" && !host.vfat
      ? ["the kernel cannot mount VFAT, which firmware: uefi needs: modprobe vfat, or build on a host that has it"]
      : []),
  ];
}

/** @throws IronicImagesError `build-host-unfit` that names everything that is missing */
export function requireFitHost(host: BuildHost, inputs: Parameters<typeof missingForBuild>[1], name: string): void {
  const missing = missingForBuild(host, inputs);
  if (missing.length > 0)
    throw new IronicImagesError("build-host-unfit", `This machine cannot build ${name}: ${missing.join("; ")}`);
}
