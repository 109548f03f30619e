import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { acquireLock } from "../../lock.ts";
import { buildLockPath } from "./build-lock.ts";
import type { BuildJob } from "../job.ts";
import { jobFiles, jobNameParts, jobPrefix, jobsDirectory } from "./job-directory.ts";
import { stagingDirectory } from "../builder/stage.ts";

/** One that a job, running or dead, has to itself. */
interface Left {
  /** `jobPrefix` of its job. */
  readonly prefix: string;
  /** What is to go, absolute. */
  readonly path: string;
}

/**
 * Removes what killed jobs left: half an artifact, and sources that can hold a TLS key. For a job that holds its fingerprint's lock; what
 * is left of other fingerprints goes if nobody holds theirs, because they may never be built again.
 * @param own directory of this job
 */
export async function sweepDeadJobs(projectDirectory: string, job: BuildJob, own: string): Promise<void> {
  const staged = await entries(join(projectDirectory, stagingDirectory));
  const jobs = (await entries(join(projectDirectory, jobsDirectory)))
    .filter(({ path }) => resolve(path) !== resolve(own))
    .map(({ prefix, path }) => ({ prefix, path: jobFiles(path).sources }))
    .filter(({ path }) => existsSync(path));
  for (const [prefix, all] of Map.groupBy([...staged, ...jobs], (each) => each.prefix)) {
    const lock = prefix === jobPrefix(job) ? held : await acquireLock(buildLockPath(projectDirectory, prefix), noWait);
    if (lock === undefined) continue;
    try {
      for (const { path } of all) await rm(path, { recursive: true, force: true });
    } finally {
      lock.release();
    }
  }
}

const noWait = { wait: false };
const held = { release: (): void => undefined };

async function entries(directory: string): Promise<Left[]> {
  const names = await readdir(directory).catch(() => []);
  return names.flatMap((name) => {
    const prefix = jobNameParts(name)?.prefix;
    return prefix === undefined ? [] : [{ prefix, path: join(directory, name) }];
  });
}
