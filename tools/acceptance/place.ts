import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identifyProcess, identityText } from "../../core/build/jobs/process-identity.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { acquireLock } from "../../core/lock.ts";
import { acceptancePaths, howToEnd } from "./running.ts";

/** The directories of an acceptance, in `.local/acceptance` of a clone. One runs at a time. */
export interface Place {
  /** Ironic's state and the machines' disks: empty at the beginning, gone at the end. */
  readonly work: string;
  /** Of one stack; the logs of what failed in the last run. */
  readonly results: string;
  /** Copies a log to those that are kept, and returns their directory. */
  keepLogs(image: string, logs: Readonly<Record<string, string>>): Promise<string>;
  writeResult(result: unknown): Promise<string>;
  /** @param keep leave `work` */
  leave(keep: boolean): Promise<void>;
}

/**
 * Takes the place of a project. What a killed run left there goes first.
 *
 * @param stack without organization and project
 * @throws IronicImagesError `acceptance-runs`
 */
export async function takePlace(project: string, stack: string): Promise<Place> {
  const { root, lock: lockFile, process: processFile, work } = acceptancePaths(project);
  await mkdir(root, { recursive: true });
  const lock = await acquireLock(lockFile, { wait: false });
  if (lock === undefined)
    throw new IronicImagesError(
      "acceptance-runs",
      "another acceptance runs in this directory; let it end first",
      howToEnd(project),
    );
  const self = identifyProcess(process.pid);
  if (self !== undefined) await writeFile(processFile, identityText(self));
  const results = join(root, stack);
  for (const directory of [work, results]) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    // Ironic's configuration holds a password, and so may logs.
    await chmod(directory, 0o700);
  }
  return {
    work,
    results,
    async keepLogs(image, logs) {
      const directory = join(results, image);
      await mkdir(directory, { recursive: true });
      for (const [name, path] of Object.entries(logs))
        await cp(path, join(directory, name), { recursive: true }).catch(() => undefined);
      return directory;
    },
    async writeResult(result) {
      const file = join(results, "result.json");
      await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
      return file;
    },
    async leave(keep) {
      if (!keep) await rm(work, { recursive: true, force: true });
      await rm(processFile, { force: true });
      lock.release();
    },
  };
}
