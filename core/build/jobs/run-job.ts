import { openStore, type ArtifactStore } from "../../artifacts/store.ts";
import { takeBuildLock } from "./build-lock.ts";
import { sweepDeadJobs } from "./dead-jobs.ts";
import type { BuildEvent, Secrets } from "../executor.ts";
import type { BuildJob } from "../job.ts";
import { jobFiles } from "./job-directory.ts";
import { sweepOldJobs } from "./old-jobs.ts";
import { prepareBuild } from "../builder/run-build.ts";
import { runDownload } from "./run-download.ts";
import type { BuildSettings } from "../settings.ts";

/** What a job needs of the process that runs it. */
export interface JobContext {
  readonly projectDirectory: string;
  readonly jobDirectory: string;
  readonly job: BuildJob;
  readonly settings: BuildSettings;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  emit(event: BuildEvent): void;
}

/** A job that runs, and what it works with. */
export interface RunningJob<Job extends BuildJob = BuildJob> extends JobContext {
  readonly job: Job;
  readonly store: ArtifactStore;
}

/** Brings the artifact of a job into the project's store: waits, looks, builds or downloads, publishes. Throws what went wrong. */
export async function runJob(context: JobContext): Promise<void> {
  const { projectDirectory, jobDirectory, job, signal, emit } = context;
  const store = openStore(projectDirectory, { onMessage: (message) => console.error(message) });
  const run = await prepare({ ...context, store });

  const lock = await takeBuildLock(projectDirectory, job, {
    signal,
    log: jobFiles(jobDirectory).log,
    onWait: (reason) => emit({ type: "waiting", reason }),
  });
  try {
    // Somebody else may have built it while this process waited for the lock.
    if ((await store.find(job.name, job.fingerprint)) !== undefined) return;
    await sweepDeadJobs(projectDirectory, job, jobDirectory);
    await sweepOldJobs(projectDirectory);
    await run();
  } finally {
    lock.release();
  }
}

/** What can be refused is refused before the lock is waited for. */
async function prepare(running: RunningJob): Promise<() => Promise<void>> {
  const { job } = running;
  const { inputs } = job;
  return inputs.kind === "deploy-download"
    ? () => runDownload({ ...running, job: { ...job, inputs } })
    : prepareBuild({ ...running, job: { ...job, inputs } });
}
