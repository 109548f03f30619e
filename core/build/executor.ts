import type { ArtifactRecord } from "../artifacts/record.ts";
import type { BuildJob } from "./job.ts";

/** What a build says while it runs. */
export type BuildEvent =
  | { readonly type: "waiting"; readonly reason: string }
  /** Something that goes on, in words. */
  | { readonly type: "note"; readonly text: string }
  | {
      readonly type: "progress";
      /** Phase of diskimage-builder, e.g. `install.d`. */
      readonly phase: string;
      readonly elapsedSeconds: number;
      /** From the last build of the same recipe; absent for the first. */
      readonly expectedSeconds?: number;
      readonly logPath: string;
    };

/** A build that runs, or has ended. It outlives the process that started it by its lease, and longer if somebody else waits for it. */
export interface Build {
  /** Ends with the build. Throws the build's {@link IronicImagesError} if it failed. */
  events(): AsyncIterable<BuildEvent>;
  /**
   * Waits no more: the build is stopped, and nothing of it is left, unless somebody else waits for it. Resolves when it has ended, or
   * goes on for others; `events()` then throws `build-cancelled`.
   */
  cancel(): Promise<void>;
  /** Brings the published artifact into this project's store and returns its record. Call it when `events()` has ended. */
  fetch(): Promise<ArtifactRecord>;
}

/** Values of secret variables by name. They reach the job's process by a file descriptor, and are written nowhere. */
export type Secrets = Readonly<Record<string, string>>;

/** Where builds run. The seam for other places than this machine: a job holds no absolute path and no fact of a host. */
export interface BuildExecutor {
  /** Starts the job, or joins the running build of the same fingerprint. @param secrets needed only to start it */
  startOrAttach(job: BuildJob, secrets?: Secrets): Promise<Build>;
}
