import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, isRunning } from "../../core/build/jobs/process-identity.ts";
import { acquireLock } from "../../core/lock.ts";
import { localPaths } from "../paths.ts";

/** Where an acceptance of a project works. */
export interface AcceptancePaths {
  readonly root: string;
  /** Held while one runs. */
  readonly lock: string;
  /** Who holds it, as `identityText`; gone with a run that ended by itself. */
  readonly process: string;
  readonly work: string;
}

/** The places in `.local/acceptance` of a clone. */
export function acceptancePaths(project: string): AcceptancePaths {
  const root = join(localPaths(project).root, "acceptance");
  const [lock = "", process = "", work = ""] = ["lock", "process", "work"].map((name) => join(root, name));
  return { root, lock, process, work };
}

/** What to do about the acceptance that runs in a project, in one line; undefined if none does. */
export async function runningAcceptance(project: string): Promise<string | undefined> {
  const { lock: path } = acceptancePaths(project);
  if (!existsSync(path)) return undefined;
  const lock = await acquireLock(path, { wait: false });
  lock?.release();
  return lock === undefined ? `${path}: ${howToEnd(project)}` : undefined;
}

/** How the acceptance that holds a project's place is ended. */
export function howToEnd(project: string): string {
  const { process: path } = acceptancePaths(project);
  const owner = existsSync(path) ? identityOf(readFileSync(path, "utf8")) : undefined;
  return owner !== undefined && isRunning(owner) ? `\`kill ${owner.pid}\` ends it cleanly` : "it has only just begun";
}
