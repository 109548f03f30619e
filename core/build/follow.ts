import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { IronicImagesError } from "../errors.ts";
import type { BuildEvent } from "./executor.ts";
import { jobFiles, readResult } from "./job-directory.ts";
import { isRunning, type ProcessIdentity } from "./process-identity.ts";

const pollMilliseconds = 200;

/**
 * Follows a job through its files, so that it does not matter who started it.
 * @throws IronicImagesError the job's own, or `job-died` when its process is gone without a result
 */
export async function* followJob(directory: string, job: ProcessIdentity): AsyncGenerator<BuildEvent, void, undefined> {
  const files = jobFiles(directory);
  let offset = 0;
  for (;;) {
    // Asked before the files are read: what a process wrote before it ended is seen in this round.
    const running = isRunning(job);
    const result = await readResult(directory);
    const { events, next } = await readEvents(files.events, offset);
    offset = next;
    yield* events;
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
    await sleep(pollMilliseconds);
  }
}

/** The whole lines after an offset; a line that is still being written is left for the next time. */
async function readEvents(path: string, offset: number): Promise<{ events: BuildEvent[]; next: number }> {
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
