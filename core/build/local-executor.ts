import { openSync, closeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { openStore } from "../artifacts/store.ts";
import { IronicImagesError } from "../errors.ts";
import { storageFailure } from "../storage-failure.ts";
import type { Build, BuildExecutor, Secrets } from "./executor.ts";
import { followJob, type FollowedJob } from "./jobs/follow.ts";
import type { BuildJob } from "./job.ts";
import { jobEnvironment } from "./jobs/job-environment.ts";
import { createJobDirectory, jobFiles } from "./jobs/job-directory.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./jobs/process-identity.ts";
import { jobsInTheMaking } from "./jobs/running-jobs.ts";
import type { BuildSettings } from "./settings.ts";
import { joinWaiters, openWaiters } from "./waiting/waiters.ts";

const jobMain = fileURLToPath(new URL("./jobs/job-main.ts", import.meta.url));

/** A job lives long beside what needs the memory. Node lets its garbage grow to tens of MiB while a build prints much. */
const littleMemory = ["--max-semi-space-size=2"];

/**
 * Builds on this machine, in a process of its own for each job. Who wants what a running job makes joins it; two that start at the
 * same moment wait for each other, and the second takes the first one's artifact.
 * @param options.projectDirectory holds `elements/` and `.images/`
 * @param options.update the engine for which all this happens: what marks its update as cancelled ends the jobs that nobody else waits for
 */
export function localExecutor(options: {
  readonly projectDirectory: string;
  readonly settings: BuildSettings;
  readonly update?: ProcessIdentity | undefined;
}): BuildExecutor {
  const projectDirectory = resolve(options.projectDirectory);
  const store = openStore(projectDirectory);

  const fetch = async (job: BuildJob): ReturnType<Build["fetch"]> => {
    const record = await store.find(job.name, job.fingerprint);
    if (record === undefined)
      throw new IronicImagesError(
        "artifact-missing",
        `${store.directory(job)} is gone since ${job.name} was built; run again`,
      );
    return record;
  };

  const attach = async (job: BuildJob): Promise<FollowedJob | undefined> => {
    for (const { directory, process } of await jobsInTheMaking(projectDirectory, job)) {
      const waiter = joinWaiters(directory, projectDirectory, options.update);
      if (waiter !== undefined) return { directory, process, waiter, isOwn: false };
    }
    return undefined;
  };

  const start = async (job: BuildJob, secrets: Secrets): Promise<FollowedJob> => {
    try {
      const directory = await createJobDirectory(projectDirectory, job, options.settings);
      openWaiters(directory);
      // Before the process, so that there is no moment in which nobody waits for it.
      const waiter = joinWaiters(directory, projectDirectory, options.update);
      if (waiter === undefined) throw new IronicImagesError("job-died", `${directory} was removed; run again`);
      return { directory, process: startJob(directory, projectDirectory, secrets), waiter, isOwn: true };
    } catch (error) {
      throw storageFailure(error, projectDirectory);
    }
  };

  return {
    async startOrAttach(job, secrets = {}) {
      if ((await store.find(job.name, job.fingerprint)) !== undefined) return finishedBuild(() => fetch(job));
      const followed = (await attach(job)) ?? (await start(job, secrets));
      return {
        async *events() {
          try {
            yield* followJob(followed);
          } finally {
            if (!followed.waiter.cancelled) followed.waiter.leave();
          }
          // The artifact has the log; a failed job's directory stays, for the person who reads the error.
          if (!followed.waiter.hasCompany()) await rm(followed.directory, { recursive: true, force: true });
        },
        cancel: () => cancelJob(followed),
        fetch: () => fetch(job),
      };
    },
  };
}

function finishedBuild(fetch: Build["fetch"]): Build {
  return {
    async *events() {},
    async cancel() {},
    fetch,
  };
}

/**
 * Detached, unreferenced, with files for its output: it goes on when Pulumi is killed, and no pipe of a dead process blocks it. Its
 * standard input holds the secrets and ends with them, so they are in no file, argument or environment.
 */
function startJob(directory: string, projectDirectory: string, secrets: Secrets): ProcessIdentity {
  const files = jobFiles(directory);
  const [stdout, stderr] = [openSync(files.stdout, "a"), openSync(files.stderr, "a")];
  try {
    const child = execa(process.execPath, [...littleMemory, jobMain, directory, projectDirectory], {
      detached: true,
      cleanup: false,
      reject: false,
      env: jobEnvironment(process.env),
      extendEnv: false,
      stdin: "pipe",
      stdout: stdout as 1,
      stderr: stderr as 2,
    });
    child.stdin.on("error", () => undefined).end(JSON.stringify(secrets));
    child.nodeChildProcess.unref();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (identity === undefined)
      throw new IronicImagesError(
        "job-died",
        `The build job cannot be started: ${process.execPath} ${jobMain}; its output: ${files.stderr}`,
      );
    return identity;
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

/** The job looks after its waiters itself, so nobody ends it for somebody who comes at this moment. */
async function cancelJob({ process, waiter }: FollowedJob): Promise<void> {
  if (!waiter.cancelled) waiter.cancel();
  while (isRunning(process) && !waiter.hasCompany()) await sleep(100);
}
