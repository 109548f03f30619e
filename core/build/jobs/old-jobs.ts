import { existsSync, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { jobFiles, jobNameParts, jobsDirectory, processOf, readResult } from "./job-directory.ts";
import { identifyProcess, isRunning } from "./process-identity.ts";
import { demandOn } from "../waiting/waiters.ts";

/** How many directories of jobs that failed or died are kept of each recipe, for their logs: the newest. No clock decides. */
export const keptJobs = 5;

/** Removes the directories of jobs that nobody needs any more: those that went well, and of the others all but the newest of each recipe. */
export async function sweepOldJobs(projectDirectory: string): Promise<void> {
  const jobs = join(projectDirectory, jobsDirectory);
  const ended = (await readdir(jobs).catch(() => []))
    .map((name) => ({ name, directory: join(jobs, name) }))
    .filter(({ directory }) => isOver(directory, projectDirectory))
    .map((each) => ({ ...each, recipe: jobNameParts(each.name)?.recipe ?? each.name, begun: begunAt(each.directory) }))
    .sort((one, other) => other.begun - one.begun);
  const kept = new Map<string, number>();
  for (const { directory, recipe } of ended) {
    const count = kept.get(recipe) ?? 0;
    if (count < keptJobs && (await readResult(directory).catch(() => undefined))?.ok !== true)
      kept.set(recipe, count + 1);
    else await rm(directory, { recursive: true, force: true }).catch((error: unknown) => console.error(String(error)));
  }
}

function isOver(directory: string, projectDirectory: string): boolean {
  // Without a job it is being made, or whoever made it died: it holds no log, so it may wait until its maker has ended.
  const maker = jobNameParts(basename(directory))?.maker;
  if (maker !== undefined && !existsSync(jobFiles(directory).job) && identifyProcess(maker) !== undefined) return false;
  const process = processOf(directory);
  if (process !== undefined && isRunning(process)) return false;
  return demandOn(directory, projectDirectory) !== "waited";
}

function begunAt(directory: string): number {
  const { job } = jobFiles(directory);
  return existsSync(job) ? statSync(job).mtimeMs : 0;
}
