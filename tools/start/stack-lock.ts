import { globSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** What Pulumi's file backend writes into a lock (pkg/backend/diy/lock.go). */
const lockSchema = z.object({ pid: z.number(), hostname: z.string() });

/**
 * Removes the locks of `pulumi` processes of this machine that were killed: Pulumi would ask for `pulumi cancel`.
 * @param state the directory of the file backend
 */
export function removeDeadLocks(state: string): void {
  for (const name of globSync(".pulumi/locks/**/*.json", { cwd: state })) {
    const path = join(state, name);
    const lock = lockSchema.safeParse(parsed(path));
    if (lock.success && lock.data.hostname === hostname() && !isAlive(lock.data.pid)) rmSync(path, { force: true });
  }
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
