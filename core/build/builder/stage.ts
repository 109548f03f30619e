import { copyFile, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import tmp from "tmp";
import type { BuildJob } from "../job.ts";
import { jobPrefix } from "../jobs/job-directory.ts";

/** Where an artifact is put together, relative to the project. */
export const stagingDirectory = ".images/staging";

/** A new directory in which an artifact is put together; whoever asks removes it. */
export async function newStagingDirectory(
  projectDirectory: string,
  job: Pick<BuildJob, "name" | "fingerprint">,
): Promise<string> {
  const parent = join(projectDirectory, stagingDirectory);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  return tmp.dirSync({ tmpdir: parent, prefix: jobPrefix(job), keep: true }).name;
}

/** Puts the log beside the files of an artifact. */
export async function copyLog(logPath: string, staging: string): Promise<void> {
  await copyFile(logPath, join(staging, "build.log"));
}

/**
 * Moves the outputs of a build, its manifests and a copy of its log into a directory that can be published.
 * @param out the build's output directory, checked
 */
export async function stageOutputs(
  projectDirectory: string,
  job: Pick<BuildJob, "name" | "fingerprint">,
  out: string,
  logPath: string,
): Promise<string> {
  const staging = await newStagingDirectory(projectDirectory, job);
  try {
    for (const entry of await readdir(out)) {
      if (entry === `${job.name}.d`) await cp(join(out, entry), join(staging, "manifest"), { recursive: true });
      else await rename(join(out, entry), join(staging, entry));
    }
    await copyLog(logPath, staging);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return staging;
}
