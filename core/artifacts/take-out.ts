import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import tmp from "tmp";
import { acquireLock, type Lock } from "../lock.ts";
import type { StoreEntry } from "./examine.ts";
import { removedPrefix } from "./names.ts";
import { withStoreLock } from "./quarantine.ts";
import { isErrno, lstatIfExists } from "./regular-file.ts";

/**
 * Takes something of the store for this process alone, so that nobody can begin to use it.
 * @returns undefined if a process uses it, or it is gone
 */
export async function reserve({ path, stats }: StoreEntry): Promise<Lock | undefined> {
  // A link or a file is no artifact: nobody can hold it.
  if (!stats.isDirectory()) return { fd: -1, release: () => undefined };
  try {
    return await acquireLock(path, { wait: false, directory: true });
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Takes something that this process has reserved out of the store; what is left to do is to remove the directory.
 * @returns its new path, or undefined if it is no more what was looked at
 */
export async function takeOut({ path, stats }: StoreEntry): Promise<string | undefined> {
  return withStoreLock(path, async () => {
    if ((await lstatIfExists(path))?.ino !== stats.ino) return undefined;
    const out = tmp.tmpNameSync({ tmpdir: dirname(path), prefix: removedPrefix });
    await rename(path, out);
    return out;
  });
}
