import type { ArtifactFileRole } from "../../artifacts/record.ts";
import { named, type BootFile } from "../boot-file.ts";
import type { Rule } from "../finding.ts";

/** What the rules of kernel and ramdisk are given. */
export interface BootFilesCase {
  readonly architecture: "amd64" | "arm64";
  readonly kernel: BootFile;
  readonly ramdisk: BootFile;
}

/** A rule, and the file that its message is about. */
export type FileRule<Case> = Rule<Case> & { readonly role: ArtifactFileRole };

const unseen =
  "Ironic looks into neither (seen with 39.0.0): swapped ones, a script and random bytes deploy, and then nothing boots";

/** Header rules of the files that a boot loader takes: those of a partition image, and deploy images. */
export const bootFileRules: readonly FileRule<BootFilesCase>[] = [
  {
    name: "kernel-and-ramdisk-not-swapped",
    role: "kernel",
    severity: "error",
    source: unseen,
    check: (files) =>
      areSwapped(files)
        ? "it is the initramfs, and the ramdisk is the kernel: they are swapped; correct what writes or pins them"
        : undefined,
  },
  {
    name: "kernel-is-kernel",
    role: "kernel",
    severity: "error",
    source: `${unseen}; Linux, Documentation/arch/x86/boot.rst, arch/arm64/booting.rst, drivers/firmware/efi/libstub/zboot-header.S`,
    check: (files) =>
      files.kernel.is === "kernel" || areSwapped(files)
        ? undefined
        : `it is ${named(files.kernel)}, and must be a kernel (x86 bzImage, arm64 Image, EFI zboot); correct the element that makes it, or download it again`,
  },
  {
    name: "ramdisk-is-initramfs",
    role: "ramdisk",
    severity: "error",
    source: `${unseen}; Linux, lib/decompress.c, init/initramfs.c`,
    check: (files) =>
      files.ramdisk.is === "initramfs" || areSwapped(files)
        ? undefined
        : `it is ${named(files.ramdisk)}, and must be an initramfs (cpio, bare or packed with gzip, zstd, xz, lzma, bzip2, lz4 or lzo); correct the element that makes it, or download it again`,
  },
  {
    name: "kernel-whole",
    role: "kernel",
    severity: "error",
    source:
      "Linux, Documentation/arch/x86/boot.rst, setup_sects and syssize; drivers/firmware/efi/libstub/zboot-header.S",
    check: ({ kernel }) =>
      kernel.is === "kernel" && kernel.kernel.missingBytes !== undefined
        ? `its last ${kernel.kernel.missingBytes} bytes are missing: it was cut off; build or download it again`
        : undefined,
  },
  {
    name: "kernel-of-architecture",
    role: "kernel",
    severity: "error",
    source: "Linux, Documentation/arch/x86/boot.rst, xloadflags; Microsoft, PE Format, machine types",
    check: ({ kernel, architecture }) => {
      const found = kernel.is === "kernel" ? kernel.kernel.architecture : "unknown";
      return found === "unknown" || found === architecture
        ? undefined
        : `it is a kernel for ${found}, and ${architecture} is declared; correct architecture, or what is built or pinned`;
    },
  },
];

function areSwapped({ kernel, ramdisk }: BootFilesCase): boolean {
  return kernel.is === "initramfs" && ramdisk.is === "kernel";
}
