import { readdirSync } from "node:fs";
import { join } from "node:path";
import { buildsDirectory } from "../../core/build/builder/build-directory.ts";
import { acquireLock } from "../../core/lock.ts";

/** The locks that running builds hold: those of this project's builds, and those of the slots that all projects of the user share. */
export async function heldLocks({ project, cache }: { project: string; cache: string | undefined }): Promise<string[]> {
  const directories = [join(project, buildsDirectory), ...(cache === undefined ? [] : [join(cache, "builds")])];
  const held: string[] = [];
  for (const path of directories.flatMap(lockFiles)) {
    const lock = await acquireLock(path, { wait: false });
    if (lock === undefined) held.push(path);
    else lock.release();
  }
  return held;
}

function lockFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".lock"))
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}
