import { chmod, copyFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isErrno, syncToDisk } from "../artifacts/regular-file.ts";

/** Absolute paths of two files that are complete and verified. */
export interface StagedPair {
  readonly kernel: string;
  readonly initramfs: string;
}

/**
 * Moves both files to `DIRECTORY/NAME.kernel` and `NAME.initramfs`, on the disk when this returns. If one cannot be moved, neither
 * is there.
 */
export async function placePair(
  { kernel, initramfs }: StagedPair,
  { directory, name }: { readonly directory: string; readonly name: string },
): Promise<void> {
  const kernelPath = join(directory, `${name}.kernel`);
  const initramfsPath = join(directory, `${name}.initramfs`);
  try {
    await move(initramfs, initramfsPath);
    await move(kernel, kernelPath);
    await syncToDisk(directory);
  } catch (error) {
    await rm(kernelPath, { force: true });
    await rm(initramfsPath, { force: true });
    throw error;
  }
}

async function move(from: string, to: string): Promise<void> {
  await chmod(from, 0o644);
  try {
    await rename(from, to);
  } catch (error) {
    if (!isErrno(error, "EXDEV")) throw error;
    await copyFile(from, to);
    await syncToDisk(to);
    await rm(from);
  }
}
