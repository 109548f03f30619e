import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isCancelled } from "./cancel-mark.ts";
import { jobFiles } from "../jobs/job-directory.ts";
import {
  identifyProcess,
  identityOf,
  identityText,
  isRunning,
  type ProcessIdentity,
} from "../jobs/process-identity.ts";

// Who waits for a job: one empty file for each in the job's directory. All that is to be known stands in the file's name,
// `PROCESS_UPDATE_NUMBER[.cancelled]`, so it is there whole or not at all. The kernel tells who has died; no clock is asked.

/** Somebody who waits for a job. */
export interface Waiter {
  /** Whether {@link Waiter.cancel} was called. */
  readonly cancelled: boolean;
  /** Waits no more, and wants the job to end unless others wait for it. */
  cancel(): void;
  /** Waits no more. */
  leave(): void;
  /** Whether anybody else waits for the job. */
  hasCompany(): boolean;
}

/** What the waiters want of a job: `waited` while somebody waits; `cancelled` when all of them gave it up; `left` when nobody waits. */
export type Demand = "waited" | "cancelled" | "left";

let number = 0;

/** Makes a new job's directory of waiters. */
export function openWaiters(jobDirectory: string): void {
  mkdirSync(jobFiles(jobDirectory).waiters);
}

/**
 * Waits for a job, in the name of this process.
 * @param update the engine that this process works for; what marks its update as cancelled speaks for this waiter, too
 * @returns undefined if the job is about to end, and takes nobody in
 */
export function joinWaiters(
  jobDirectory: string,
  projectDirectory: string,
  update: ProcessIdentity | undefined,
): Waiter | undefined {
  const self = identifyProcess(process.pid);
  if (self === undefined) return undefined;
  const names = [identityText(self), update === undefined ? "none" : identityText(update), String(number++)];
  const name = names.join("_");
  const { waiters } = jobFiles(jobDirectory);
  try {
    writeFileSync(join(waiters, name), "", { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let cancelled = false;
  return {
    get cancelled() {
      return cancelled;
    },
    cancel() {
      cancelled = true;
      inEither(jobDirectory, (directory) => renameSync(join(directory, name), join(directory, `${name}.cancelled`)));
    },
    leave() {
      for (const suffix of ["", ".cancelled"])
        inEither(jobDirectory, (directory) => rmSync(join(directory, `${name}${suffix}`)));
    },
    hasCompany: () => entries(jobDirectory, projectDirectory).some((each) => each.name !== name && each.waits),
  };
}

/** What the waiters of a job want of it. Who has died is forgotten as soon as somebody else waits. */
export function demandOn(jobDirectory: string, projectDirectory: string): Demand {
  const all = entries(jobDirectory, projectDirectory);
  if (all.some(({ waits }) => waits)) {
    for (const { name } of all.filter(({ waits, cancelled }) => !waits && !cancelled))
      inEither(jobDirectory, (directory) => rmSync(join(directory, name)));
    return "waited";
  }
  return all.length > 0 && all.every(({ cancelled }) => cancelled) ? "cancelled" : "left";
}

/** Takes nobody in any more. */
export function closeWaiters(jobDirectory: string): void {
  const { waiters, closedWaiters } = jobFiles(jobDirectory);
  try {
    renameSync(waiters, closedWaiters);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Undoes {@link closeWaiters}. */
export function reopenWaiters(jobDirectory: string): void {
  const { waiters, closedWaiters } = jobFiles(jobDirectory);
  renameSync(closedWaiters, waiters);
}

interface Entry {
  readonly name: string;
  readonly waits: boolean;
  readonly cancelled: boolean;
}

function entries(jobDirectory: string, projectDirectory: string): Entry[] {
  return (inEither(jobDirectory, (directory) => readdirSync(directory)) ?? []).map((name) => {
    const [words = "", suffix] = name.split(".");
    const [self = "", update = ""] = words.split("_");
    const [waiter, engine] = [identityOf(self), identityOf(update)];
    const cancelled = suffix === "cancelled" || (engine !== undefined && isCancelled(projectDirectory, engine));
    return { name, cancelled, waits: !cancelled && waiter !== undefined && isRunning(waiter) };
  });
}

/** A job that ends renames the directory of its waiters: what is not in the one is in the other. */
function inEither<Result>(jobDirectory: string, action: (directory: string) => Result): Result | undefined {
  const { waiters, closedWaiters } = jobFiles(jobDirectory);
  for (const directory of [waiters, closedWaiters, waiters]) {
    try {
      return action(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}
