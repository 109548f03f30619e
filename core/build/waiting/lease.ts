import { performance } from "node:perf_hooks";
import { IronicImagesError } from "../../errors.ts";
import { closeWaiters, demandOn, reopenWaiters } from "./waiters.ts";

const pollMilliseconds = 200;

/** What a job is ended with when everybody who waited for it was cancelled. */
export function buildCancelled(): IronicImagesError {
  return new IronicImagesError("build-cancelled", "cancelled: the build was stopped, and nothing of it is left");
}

/**
 * Watches from within a job who waits for it: it ends at once when all of them were cancelled, and after the lease when nobody has waited
 * that long, because they were killed. Monotonic: a clock that is set does not matter.
 * @param job.end called once, with the reason
 */
export function watchLease(job: {
  readonly jobDirectory: string;
  readonly projectDirectory: string;
  readonly leaseSeconds: number;
  end(reason: IronicImagesError): void;
}): void {
  const { jobDirectory, projectDirectory, leaseSeconds } = job;
  let lastWaited = performance.now();
  const look = (): void => {
    const demand = demandOn(jobDirectory, projectDirectory);
    if (demand === "waited") lastWaited = performance.now();
    const isOver = performance.now() - lastWaited >= leaseSeconds * 1000;
    if (demand === "waited" || (demand === "left" && !isOver)) return;
    closeWaiters(jobDirectory);
    // Somebody may have come between the look and the closing.
    if (demandOn(jobDirectory, projectDirectory) === "waited") return reopenWaiters(jobDirectory);
    clearInterval(timer);
    job.end(demand === "cancelled" ? buildCancelled() : abandoned(leaseSeconds));
  };
  const timer = setInterval(() => {
    try {
      look();
    } catch {
      // Who waits cannot be told at this moment, e.g. without a free file descriptor; the next look may tell.
    }
  }, pollMilliseconds);
}

function abandoned(leaseSeconds: number): IronicImagesError {
  return new IronicImagesError(
    "build-abandoned",
    `The build was stopped, because nobody had waited for it for ${leaseSeconds} s; run again`,
  );
}
