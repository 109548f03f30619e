import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { tmpNameSync } from "tmp";
import { acquireLock } from "../../core/lock.ts";
import type { Progress } from "../report.ts";

/**
 * Sees to it that a directory of the cache is there and good, once for all processes of this user: whoever comes second waits.
 * It is made beside its place and renamed into it, so it is there whole or not at all, and an interruption leaves only what
 * the next call sweeps.
 * @param options.check whether the directory is there and good
 * @param options.make fills the directory that it is given
 * @returns whether it had to be made
 */
export async function ensureCached(
  directory: string,
  options: { progress: Progress; check: () => Promise<boolean>; make: (directory: string) => Promise<void> },
): Promise<boolean> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  const lockFile = `${directory}.lock`;
  const lock = (await acquireLock(lockFile, { wait: false })) ?? (await waitForLock(lockFile, options.progress));
  try {
    if (await options.check()) return false;
    const prefix = `.${basename(directory)}-`;
    for (const name of await readdir(parent)) {
      if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
    }
    const temporary = tmpNameSync({ tmpdir: parent, template: `${prefix}XXXXXX` });
    try {
      await mkdir(temporary);
      await options.make(temporary);
      await rm(directory, { recursive: true, force: true });
      await rename(temporary, directory);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return true;
  } finally {
    lock.release();
  }
}

async function waitForLock(lockFile: string, progress: Progress) {
  progress.say("waiting for another process that is getting it");
  const lock = await acquireLock(lockFile, { wait: true });
  progress.say("");
  return lock;
}
