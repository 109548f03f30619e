import type { Dirent } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { acquireLock } from "../../lock.ts";
import { buildsDirectory } from "./build-directory.ts";
import { cleanBuildDirectory } from "../sandbox/sandbox.ts";

const strayLockMs = 60_000;

/** The lock that a job holds as long as it needs a build directory. */
export function buildDirectoryLock(build: string): string {
  return `${build}.lock`;
}

/**
 * Removes the build directories that no job and no sandbox uses any more, with the loop devices that lead into them.
 * @param onMessage told what could not be removed; that keeps nobody from building
 * @returns the names of the removed directories
 */
export async function sweepBuilds(projectDirectory: string, onMessage: (message: string) => void): Promise<string[]> {
  const builds = join(projectDirectory, buildsDirectory);
  const entries = await readdir(builds, { withFileTypes: true }).catch(() => []);
  const removed: string[] = [];
  await removeStrayLocks(builds, entries);
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const build = join(builds, entry.name);
    const lock = await acquireLock(buildDirectoryLock(build), { wait: false });
    if (lock === undefined) continue;
    try {
      if (await cleanBuildDirectory(build)) {
        removed.push(entry.name);
        // The name never comes back, so nobody can hold another lock by it.
        await rm(buildDirectoryLock(build), { force: true });
      }
    } catch (error) {
      onMessage(error instanceof Error ? error.message : String(error));
    } finally {
      lock.release();
    }
  }
  return removed;
}

/** A sandbox that outlives its job removes the build's directory and knows nothing of its lock. A fresh one may belong to a directory to come. */
async function removeStrayLocks(builds: string, entries: readonly Dirent[]): Promise<void> {
  const directories = new Set(entries.filter((each) => each.isDirectory()).map(({ name }) => name));
  for (const { name } of entries) {
    const path = join(builds, name);
    if (!name.endsWith(".lock") || directories.has(name.slice(0, -".lock".length))) continue;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (!(Date.now() - mtimeMs > strayLockMs)) continue;
    const lock = await acquireLock(path, { wait: false });
    if (lock === undefined) continue;
    await rm(path, { force: true });
    lock.release();
  }
}
