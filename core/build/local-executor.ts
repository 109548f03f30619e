import { openSync, closeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { openStore } from "../artifacts/store.ts";
import { IronicImagesError } from "../errors.ts";
import { storageFailure } from "../storage-failure.ts";
import type { Build, BuildExecutor } from "./executor.ts";
import { followJob } from "./follow.ts";
import type { BuildJob } from "./job.ts";
import { createJobDirectory, jobFiles } from "./job-directory.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "./process-identity.ts";
import type { BuildSettings } from "./settings.ts";

const jobMain = fileURLToPath(new URL("./job-main.ts", import.meta.url));

/**
 * Builds on this machine, in a process of its own for each job. A second job of the same fingerprint waits for the first and takes its artifact.
 * @param options.projectDirectory holds `elements/` and `.images/`
 */
export function localExecutor(options: {
  readonly projectDirectory: string;
  readonly settings: BuildSettings;
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

  return {
    async startOrAttach(job) {
      if ((await store.find(job.name, job.fingerprint)) !== undefined) return finishedBuild(() => fetch(job));
      const directory = await createJobDirectory(projectDirectory, job, options.settings).catch((error: unknown) => {
        throw storageFailure(error, projectDirectory);
      });
      const process = startJob(directory, projectDirectory);
      return {
        async *events() {
          yield* followJob(directory, process);
          // The artifact has the log; a failed job's directory stays, for the person who reads the error.
          await rm(directory, { recursive: true, force: true });
        },
        cancel: () => cancelJob(process),
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

/** Detached, unreferenced, with files for its output: it goes on when Pulumi is killed, and no pipe of a dead process blocks it. */
function startJob(directory: string, projectDirectory: string): ProcessIdentity {
  const files = jobFiles(directory);
  const [stdout, stderr] = [openSync(files.stdout, "a"), openSync(files.stderr, "a")];
  try {
    const child = execa(process.execPath, [jobMain, directory, projectDirectory], {
      detached: true,
      cleanup: false,
      reject: false,
      stdin: "ignore",
      stdout: stdout as 1,
      stderr: stderr as 2,
    });
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

async function cancelJob(job: ProcessIdentity): Promise<void> {
  if (isRunning(job)) process.kill(job.pid, "SIGTERM");
  while (isRunning(job)) await sleep(100);
}
