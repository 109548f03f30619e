import { quoted } from "../finding.ts";
import type { InitramfsFacts } from "../initramfs/initramfs.ts";
import type { FileRule } from "./boot-files.ts";

/** What the rules of an artifact's content are given; what it does not have, or what cannot be read, is left out. */
export interface ContentCase {
  readonly architecture: "amd64" | "arm64";
  /** What `uname -r` will say. */
  readonly kernelVersion?: string;
  readonly initramfs?: InitramfsFacts;
  /** Whole-disk images for UEFI with a file system in an EFI system partition: whether it holds what firmware looks for. */
  readonly hasEfiBootFile?: boolean;
  /** Partition images: whether GRUB's installer is in it; or the file system that was not looked into. */
  readonly grub?: boolean | { readonly unread: string };
}

/**
 * The one path that firmware tries on a disk that it has never seen; other paths need an entry in the firmware's variables, which a
 * freshly written disk does not bring along.
 */
export function efiBootPath(architecture: ContentCase["architecture"]): string {
  return `EFI/BOOT/${architecture === "amd64" ? "BOOTX64" : "BOOTAA64"}.EFI`;
}

/** Where Ironic's agent looks for the installer; it takes the first that is there. */
export const grubInstallers = ["usr/sbin/grub2-install", "usr/sbin/grub-install"] as const;

/** Rules that need more than headers. */
export const contentRules: readonly FileRule<ContentCase>[] = [
  {
    name: "initramfs-unpacks",
    role: "ramdisk",
    severity: "error",
    source: "Linux, init/initramfs.c, unpack_to_rootfs: what it cannot unpack ends in a panic",
    check: ({ initramfs }) =>
      initramfs?.broken === undefined
        ? undefined
        : `the kernel could not unpack it: ${initramfs.broken}; build or download it again`,
  },
  {
    name: "initramfs-of-kernel",
    role: "ramdisk",
    severity: "error",
    source: "kmod, modprobe(8): modules are those of lib/modules/$(uname -r)",
    check: ({ initramfs, kernelVersion }) => {
      const versions = initramfs?.broken === undefined ? (initramfs?.moduleVersions ?? []) : [];
      return kernelVersion === undefined || versions.length === 0 || versions.includes(kernelVersion)
        ? undefined
        : `it has modules for kernel ${quoted(versions.join(", "))}, and the kernel is ${kernelVersion}: they are not of one build; take both from the same`;
    },
  },
  {
    name: "initramfs-has-modules",
    role: "ramdisk",
    severity: "warning",
    source: "initramfs-tools, initramfs.conf(5) MODULES; dracut(8): there the drivers of disk and network come from",
    check: ({ initramfs }) =>
      initramfs !== undefined && initramfs.broken === undefined && initramfs.moduleVersions.length === 0
        ? "it has no kernel modules (lib/modules), so only hardware that the kernel has built in will work"
        : undefined,
  },
  {
    name: "efi-boot-file",
    role: "image",
    severity: "error",
    source:
      "UEFI specification 2.10, section 3.5.1.1: removable media boot behaviour, which is that of a disk without a boot entry",
    check: ({ hasEfiBootFile, architecture }) =>
      hasEfiBootFile === false
        ? `its EFI system partition has no ${efiBootPath(architecture)}, which is all that firmware looks for on a new disk; install the boot loader with --removable, as block-device-efi and the element bootloader do`
        : undefined,
  },
  {
    name: "partition-image-has-grub",
    role: "image",
    severity: "warning",
    source:
      "Ironic, release note no-netboot: instances boot from their disk; ironic-python-agent, extensions/image.py _install_grub2 runs the image's own grub-install",
    check: ({ grub }) => {
      if (grub === undefined || grub === true) return undefined;
      return grub === false
        ? "it has no grub-install, and Ironic no longer boots instances over the network: a node with this image does not start from its disk; set bootloader: grub2 in the recipe, or let an element install it"
        : `its file system (${grub.unread}) was not looked into, so it is unknown whether it has grub-install, without which a node does not start from its disk`;
    },
  },
];
