import { existsSync, statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { IronicImagesError } from "../../errors.ts";
import type { BuildEvent } from "../executor.ts";
import { jobFiles, readResult } from "./job-directory.ts";
import { isRunning, type ProcessIdentity } from "./process-identity.ts";
import type { Waiter } from "../waiting/waiters.ts";

const pollMilliseconds = 200;

/** A job that somebody waits for. */
export interface FollowedJob {
  readonly directory: string;
  readonly process: ProcessIdentity;
  readonly waiter: Waiter;
  /** False: it was running already, for somebody else. */
  readonly isOwn: boolean;
}

/**
 * Follows a job through its files, so that it does not matter who started it. Of what a job has said before it was joined only the last is told.
 * @throws IronicImagesError the job's own, `job-died` when its process is gone without a result, or `build-cancelled` when it goes on without us
 */
export async function* followJob(followed: FollowedJob): AsyncGenerator<BuildEvent, void, undefined> {
  const { directory, process: job, waiter, isOwn } = followed;
  const files = jobFiles(directory);
  if (!isOwn) yield { type: "note", text: `joins the build that runs (process ${job.pid})` };
  let offset = 0;
  for (;;) {
    // Asked before the files are read: what a process wrote before it ended is seen in this round.
    const running = isRunning(job);
    // Most looks find nothing new, and one process looks after many jobs: they open no file.
    const result = existsSync(files.result) ? await readResult(directory) : undefined;
    const { events, next } = await readEvents(files.events, offset);
    yield* isOwn || offset > 0 ? events : events.slice(-1);
    offset = next;
    if (result?.ok === true) return;
    if (result !== undefined) throw new IronicImagesError(result.code, result.summary, result.details);
    if (!running) {
      const said = await readFile(files.stderr, "utf8").catch(() => "");
      throw new IronicImagesError(
        "job-died",
        `The build job (process ${job.pid}) ended without a result, was it killed? Run again; log: ${files.log}`,
        said.slice(-4096),
      );
    }
    if (waiter.cancelled && waiter.hasCompany()) throw goesOn();
    await sleep(pollMilliseconds);
  }
}

function goesOn(): IronicImagesError {
  return new IronicImagesError("build-cancelled", "cancelled: the build goes on for another that waits for it");
}

/** The whole lines after an offset; a line that is still being written is left for the next time. */
async function readEvents(path: string, offset: number): Promise<{ events: BuildEvent[]; next: number }> {
  if (statSync(path).size === offset) return { events: [], next: offset };
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(size - offset);
    await file.read(buffer, 0, buffer.length, offset);
    const end = buffer.lastIndexOf("\n") + 1;
    const lines = buffer
      .subarray(0, end)
      .toString()
      .split("\n")
      .filter((line) => line !== "");
    return { events: lines.map((line) => JSON.parse(line) as BuildEvent), next: offset + end };
  } finally {
    await file.close();
  }
}
