import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, identityText, isRunning, type ProcessIdentity } from "../jobs/process-identity.ts";

/** Where updates that were cancelled are marked, relative to the project: an empty file for each, called after the update's engine. */
export const cancelMarksDirectory = ".images/cancelled";

/**
 * Marks an update as cancelled, for everybody who works for it: the engine tells nobody but the program. At once, because the
 * caller may be killed next.
 * @param update the process that runs it
 */
export function markCancelled(projectDirectory: string, update: ProcessIdentity): void {
  mkdirSync(join(projectDirectory, cancelMarksDirectory), { recursive: true, mode: 0o700 });
  writeFileSync(mark(projectDirectory, update), "");
}

/** Whether an update was cancelled. */
export function isCancelled(projectDirectory: string, update: ProcessIdentity): boolean {
  return existsSync(mark(projectDirectory, update));
}

/** Removes the marks of updates that have ended. */
export function sweepCancelMarks(projectDirectory: string): void {
  const directory = join(projectDirectory, cancelMarksDirectory);
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) {
    const update = identityOf(name);
    if (update !== undefined && !isRunning(update)) rmSync(join(directory, name), { force: true });
  }
}

function mark(projectDirectory: string, update: ProcessIdentity): string {
  return join(projectDirectory, cancelMarksDirectory, identityText(update));
}
