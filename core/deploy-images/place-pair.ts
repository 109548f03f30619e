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
  const placed: string[] = [];
  try {
    // The large one first: it is the one that a full disk refuses.
    for (const [from, extension] of [
      [initramfs, "initramfs"],
      [kernel, "kernel"],
    ] as const) {
      const to = join(directory, `${name}.${extension}`);
      await move(from, to);
      placed.push(to);
    }
    await syncToDisk(directory);
  } catch (error) {
    for (const path of placed) await rm(path, { force: true });
    throw error;
  }
}

/** Across file systems it is a copy; what there is of one that fails goes. */
async function move(from: string, to: string): Promise<void> {
  await chmod(from, 0o644);
  try {
    return await rename(from, to);
  } catch (error) {
    if (!isErrno(error, "EXDEV")) throw error;
  }
  try {
    await copyFile(from, to);
    await syncToDisk(to);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
  await rm(from);
}
