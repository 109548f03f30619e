import { chmodSync, globSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno } from "../../core/artifacts/regular-file.ts";
import { runningJobs } from "../../core/build/jobs/running-jobs.ts";
import { sweepBuilds } from "../../core/build/builder/sweep.ts";
import { cleanBuildDirectory } from "../../core/build/sandbox/sandbox.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { acquireLock } from "../../core/lock.ts";
import { removeTree } from "../clean/remove-tree.ts";
import { stopCloud } from "../cloud/control.ts";

/** The directory of a bench, of which there is one at a time: two would measure each other. */
export interface Place {
  /** Of all measurements of this run; empty at the beginning, gone at the end. */
  readonly work: string;
  /** An empty directory for a measurement. */
  directory(name: string): Promise<string>;
  /** Ends what still runs there, and removes it. */
  leave(): Promise<void>;
}

/**
 * Takes the place, and removes what a killed bench has left in it.
 * @param root existing directory
 * @throws IronicImagesError `bench-runs`
 */
export async function takePlace(root: string): Promise<Place> {
  const lock = await acquireLock(join(root, "bench.lock"), { wait: false });
  if (lock === undefined)
    throw new IronicImagesError("bench-runs", "another bench runs in this directory; two would measure each other");
  const work = join(root, "bench");
  await clear(work);
  await mkdir(work, { recursive: true });
  // Pulumi's state and the passwords of a cloud.
  chmodSync(work, 0o700);
  return {
    work,
    async directory(name) {
      const directory = join(work, name);
      await clear(directory);
      await mkdir(directory);
      return directory;
    },
    async leave() {
      await clear(work);
      lock.release();
    },
  };
}

/** Nothing of what runs or is attached is known to who comes after a kill, so all is found by its place. */
async function clear(directory: string): Promise<void> {
  const found = (pattern: string): string[] =>
    globSync(`**/${pattern}`, { cwd: directory }).map((path) => dirname(join(directory, path)));
  for (const cloud of found("clouds.yaml")) await stopCloud(cloud);
  for (const project of found(".images")) {
    await endJobs(project);
    await sweepBuilds(project, (message) => console.error(message));
  }
  for (const build of found("ironic-images-build")) await cleanBuildDirectory(build);
  await removeTree(directory);
}

async function endJobs(project: string): Promise<void> {
  for (const { process: job } of runningJobs(project)) {
    try {
      process.kill(job.pid, "SIGTERM");
    } catch (error) {
      // It has ended meanwhile.
      if (!isErrno(error, "ESRCH")) throw error;
    }
  }
  while (runningJobs(project).length > 0) await sleep(100);
}
