import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLock, type Lock } from "../../lock.ts";
import type { BuildJob } from "../job.ts";
import { jobPrefix } from "./job-directory.ts";

/** Where the locks of builds lie, relative to the project: one for each fingerprint. */
export const locksDirectory = ".images/locks";

/** @param prefix what `jobPrefix` says of the jobs that the lock is for */
export function buildLockPath(projectDirectory: string, prefix: string): string {
  return join(projectDirectory, locksDirectory, `${prefix}.lock`);
}

/**
 * Takes the lock of a fingerprint, so that it is built once.
 * @param options.log of the build to come, for those who wait for it
 * @param options.onWait told who builds, if somebody does
 */
export async function takeBuildLock(
  projectDirectory: string,
  job: BuildJob,
  options: { readonly log: string; onWait(reason: string): void; signal: AbortSignal },
): Promise<Lock> {
  const path = buildLockPath(projectDirectory, jobPrefix(job));
  let told = "";
  for (;;) {
    options.signal.throwIfAborted();
    const lock = await acquireLock(path, { wait: false });
    if (lock !== undefined) {
      // Beside the lock: its holder for those who wait. Only words, so it may be out of date.
      writeFileSync(
        `${path}.holder`,
        `process ${process.pid}, since ${new Date().toISOString()}, log in ${options.log}`,
      );
      return lock;
    }
    const reason = `another build of ${job.name} runs (${holder(path)})`;
    if (reason !== told) options.onWait(reason);
    told = reason;
    await sleep(300, undefined, { signal: options.signal });
  }
}

function holder(path: string): string {
  try {
    const words = readFileSync(`${path}.holder`, "utf8");
    // Empty in the moment in which it is written.
    if (words !== "") return words;
  } catch {
    // Who has just taken the lock has not written it yet.
  }
  return "its process is not known yet";
}
