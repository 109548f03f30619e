import { readdirSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { artifactsDirectory } from "../../core/artifacts/names.ts";
import { buildsDirectory } from "../../core/build/builder/build-directory.ts";
import { cacheEntries } from "../../core/cache-directory.ts";
import { acquireLock } from "../../core/lock.ts";

/**
 * The locks that running work holds: those of this project's builds, those of artifacts that an `up` publishes or a boot test reads, and those of
 * slots, downloads and tools that all projects of the user share.
 */
export async function heldLocks({ project, cache }: { project: string; cache: string | undefined }): Promise<string[]> {
  const shared = cache === undefined ? [] : [cache, ...cacheEntries.map((entry) => join(cache, entry))];
  const files = [join(project, buildsDirectory), ...shared].flatMap((directory) =>
    namesIn(directory, (entry) => entry.isFile() && entry.name.endsWith(".lock")),
  );
  // What a process uses of the store it holds shared, see core/artifacts/hold.ts.
  const artifacts = namesIn(join(project, artifactsDirectory), (entry) => entry.isDirectory());
  const held: string[] = [];
  for (const [paths, directory] of [
    [files, false],
    [artifacts, true],
  ] as const) {
    for (const path of paths) {
      const lock = await acquireLock(path, { wait: false, directory });
      if (lock === undefined) held.push(path);
      else lock.release();
    }
  }
  return held;
}

function namesIn(directory: string, isWanted: (entry: Dirent) => boolean): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter(isWanted)
      .map(({ name }) => join(directory, name));
  } catch {
    return [];
  }
}
