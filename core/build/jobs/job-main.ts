// The job process: node job-main.ts JOB-DIRECTORY PROJECT-DIRECTORY, with the values of secret variables as JSON on its standard input.
// It outlives whoever started it, but not for long if nobody waits for it.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { IronicImagesError } from "../../errors.ts";
import { storageFailure } from "../../storage-failure.ts";
import type { BuildEvent, Secrets } from "../executor.ts";
import { jobFiles, readJobDirectory, writeResult, type JobResult } from "./job-directory.ts";
import { buildCancelled, watchLease } from "../waiting/lease.ts";
import { identifyProcess, identityText } from "./process-identity.ts";
import { runJob } from "./run-job.ts";
import { closeWaiters } from "../waiting/waiters.ts";

const [jobDirectory, projectDirectory] = process.argv.slice(2);
if (jobDirectory === undefined || projectDirectory === undefined)
  throw new Error("usage: job-main.ts JOB-DIRECTORY PROJECT-DIRECTORY");

// Whatever a job makes is its user's alone until it is published; the sandbox has a mask of its own.
process.umask(0o077);
const files = jobFiles(jobDirectory);
const controller = new AbortController();
const end = (reason: IronicImagesError): void => {
  closeWaiters(jobDirectory);
  controller.abort(reason);
};
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(buildCancelled()));

let result: JobResult;
try {
  const self = identifyProcess(process.pid);
  if (self !== undefined) writeFileSync(files.process, identityText(self));
  const { job, settings } = await readJobDirectory(jobDirectory);
  const leaseSeconds = settings.leaseSeconds ?? 60;
  watchLease({ jobDirectory, projectDirectory, leaseSeconds, end });
  const secrets = (await json(process.stdin)) as Secrets;
  await runJob({ projectDirectory, jobDirectory, job, settings, secrets, signal: controller.signal, emit });
  result = { ok: true };
} catch (error) {
  // A wait that is cut short throws an AbortError of its own with ours as its cause.
  const known = controller.signal.aborted
    ? (controller.signal.reason as unknown)
    : storageFailure(error, join(projectDirectory, ".images"));
  result =
    known instanceof IronicImagesError
      ? { ok: false, code: known.code, summary: known.summary, details: known.details }
      : {
          ok: false,
          code: "job-failed",
          summary: `The build job failed: ${known instanceof Error ? known.message : String(known)}`,
          details: known instanceof Error ? (known.stack ?? "") : "",
        };
}
// Nobody joins a job that has ended.
closeWaiters(jobDirectory);
await writeResult(jobDirectory, result);
// Whoever waits for the result may count on the process being gone soon after; an open handle shall not keep it.
process.exit();

function emit(event: BuildEvent): void {
  try {
    appendFileSync(files.events, `${JSON.stringify(event)}\n`);
  } catch {
    // Progress is worth no build; what fills the disk is reported by what needs the space.
  }
}
