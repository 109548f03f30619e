// The job process: node job-main.ts JOB-DIRECTORY PROJECT-DIRECTORY. It outlives whoever started it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { storageFailure } from "../storage-failure.ts";
import { jobFiles, writeResult, type JobResult } from "./job-directory.ts";
import { runJob } from "./run-job.ts";

const [jobDirectory, projectDirectory] = process.argv.slice(2);
if (jobDirectory === undefined || projectDirectory === undefined)
  throw new Error("usage: job-main.ts JOB-DIRECTORY PROJECT-DIRECTORY");

const cancelled = new IronicImagesError("build-cancelled", "The build was cancelled");
const controller = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => controller.abort(cancelled));

const { events } = jobFiles(jobDirectory);
let result: JobResult;
try {
  await runJob({
    projectDirectory,
    jobDirectory,
    signal: controller.signal,
    emit(event) {
      try {
        appendFileSync(events, `${JSON.stringify(event)}\n`);
      } catch {
        // Progress is worth no build; what fills the disk is reported by what needs the space.
      }
    },
  });
  result = { ok: true };
} catch (error) {
  // A wait that is cut short throws an AbortError of its own with ours as its cause.
  const known = controller.signal.aborted ? cancelled : storageFailure(error, join(projectDirectory, ".images"));
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
await writeResult(jobDirectory, result);
// Whoever waits for the result may count on the process being gone soon after; an open handle shall not keep it.
process.exit();
