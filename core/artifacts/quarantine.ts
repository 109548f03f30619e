import type { BigIntStats } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { acquireLock } from "../lock.ts";
import { isErrno, lstatIfExists } from "./regular-file.ts";

/** Runs `action` while no other process publishes into the directory of artifacts or takes something out of it. */
export async function withStoreLock<T>(artifactDirectory: string, action: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(join(dirname(artifactDirectory), ".lock"), { wait: true });
  try {
    return await action();
  } finally {
    lock.release();
  }
}

/**
 * Sets a bad artifact aside, for a person to look at.
 * @param seen what `lstat` said of the directory when it was judged: another one that has taken its place since is left alone
 * @returns the new path, or undefined if the directory is no more the one that was judged
 */
export async function quarantine(directory: string, seen: BigIntStats): Promise<string | undefined> {
  return withStoreLock(directory, async () => {
    const present = await lstatIfExists(directory);
    return present?.ino === seen.ino ? setAside(directory) : undefined;
  });
}

/** Renames a directory to `<directory>.bad-<n>`, with the first n that is free. To be called under the store's lock. */
export async function setAside(directory: string): Promise<string> {
  for (let n = 1; ; n++) {
    const aside = `${directory}.bad-${n}`;
    if ((await lstatIfExists(aside)) !== undefined) continue;
    try {
      await rename(directory, aside);
      return aside;
    } catch (error) {
      if (!isErrno(error, "ENOTEMPTY") && !isErrno(error, "EEXIST")) throw error;
    }
  }
}
