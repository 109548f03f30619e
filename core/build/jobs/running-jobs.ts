import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { BuildJob } from "../job.ts";
import { jobFiles, jobPrefix, jobsDirectory, processOf, readJobDirectory } from "./job-directory.ts";
import { isRunning, type ProcessIdentity } from "./process-identity.ts";

/** A job whose process runs. SIGTERM to it ends it cleanly. */
export interface RunningJobProcess {
  /** Of the job, absolute. */
  readonly directory: string;
  readonly process: ProcessIdentity;
}

/** The jobs of a project whose processes run, the oldest first. */
export function runningJobs(projectDirectory: string): RunningJobProcess[] {
  const jobs = join(projectDirectory, jobsDirectory);
  return (existsSync(jobs) ? readdirSync(jobs) : [])
    .map((name) => join(jobs, name))
    .flatMap((directory) => {
      const process = processOf(directory);
      return process !== undefined && isRunning(process) ? [{ directory, process }] : [];
    })
    .sort((one, other) => Number(one.process.startTime) - Number(other.process.startTime));
}

/** Those of them that make the same as a job, and have not ended: any of them will do. */
export async function jobsInTheMaking(projectDirectory: string, job: BuildJob): Promise<RunningJobProcess[]> {
  const found: RunningJobProcess[] = [];
  for (const running of runningJobs(projectDirectory)) {
    const { directory } = running;
    if (!directory.startsWith(join(projectDirectory, jobsDirectory, `${jobPrefix(job)}-`))) continue;
    if (existsSync(jobFiles(directory).result)) continue;
    const other = await readJobDirectory(directory).catch(() => undefined);
    if (other?.job.fingerprint === job.fingerprint) found.push(running);
  }
  return found;
}
