import type { ByteSource } from "./byte-source.ts";
import { partKind, type PartKind } from "./initramfs/kinds.ts";
import { readKernel } from "./kernel/kernel.ts";
import type { KernelFacts } from "./kernel/kernel-facts.ts";

/** What a file that a boot loader takes begins as. */
export type BootFile =
  | { readonly is: "kernel"; readonly kernel: KernelFacts }
  | { readonly is: "initramfs"; readonly part: PartKind }
  | { readonly is: "script" | "unknown" };

/** Reads the beginning of a kernel or ramdisk; at most some KiB. */
export async function readBootFile(source: ByteSource): Promise<BootFile> {
  // First, because arm64's kernels may be packed with gzip as any initramfs.
  const kernel = await readKernel(source);
  if (kernel !== undefined) return { is: "kernel", kernel };
  const head = await source.read(0, 6);
  const part = partKind(head);
  if (part !== undefined) return { is: "initramfs", part };
  return { is: head.toString("latin1", 0, 2) === "#!" ? "script" : "unknown" };
}

/** For messages: with the article. */
export function named(file: BootFile): string {
  if (file.is === "kernel") return `a kernel (${file.kernel.kind})`;
  if (file.is === "initramfs") return `an initramfs (${file.part})`;
  return file.is === "script" ? "a script" : "nothing that is known";
}
