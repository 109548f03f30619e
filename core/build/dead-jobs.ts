import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { BuildJob } from "./job.ts";
import { jobFiles, jobPrefix, jobsDirectory } from "./job-directory.ts";
import { stagingDirectory } from "./stage.ts";

/**
 * Removes what killed jobs of the same fingerprint left: half an artifact, and sources that can hold a TLS key. For the
 * one job that holds the fingerprint's lock.
 * @param own directory of this job
 */
export async function sweepDeadJobs(projectDirectory: string, job: BuildJob, own: string): Promise<void> {
  const left = async (directory: string): Promise<string[]> =>
    (await readdir(directory).catch(() => []))
      .filter((name) => name.startsWith(`${jobPrefix(job)}-`))
      .map((name) => join(directory, name));
  const [staged, jobs] = [join(projectDirectory, stagingDirectory), join(projectDirectory, jobsDirectory)];
  for (const path of await left(staged)) await rm(path, { recursive: true, force: true });
  for (const path of await left(jobs))
    if (resolve(path) !== resolve(own)) await rm(jobFiles(path).sources, { recursive: true, force: true });
}
