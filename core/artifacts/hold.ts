import { fstatSync } from "node:fs";
import { acquireLock, type Lock } from "../lock.ts";
import { isErrno, lstatIfExists, unreadable } from "./regular-file.ts";

/** What this process holds, by directory. The kernel lets go of all of it when the process ends, however it ends. */
const held = new Map<string, Lock>();
const asking = new Map<string, Promise<boolean>>();

/**
 * Keeps everybody from removing an artifact until this process ends: others may hold it too, and `store gc` needs it for itself alone.
 * @returns false if there is no such directory, or no more
 */
export function holdArtifact(directory: string): Promise<boolean> {
  // Images of one artifact ask at the same time: each would close the descriptor that another looks at.
  const asked = asking.get(directory) ?? hold(directory).finally(() => asking.delete(directory));
  asking.set(directory, asked);
  return asked;
}

async function hold(directory: string): Promise<boolean> {
  if (await isHeld(directory)) return true;
  let lock: Lock;
  try {
    lock = await acquireLock(directory, { wait: true, shared: true, directory: true });
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw unreadable(directory, error);
  }
  held.get(directory)?.release();
  held.set(directory, lock);
  // Whoever had it for himself alone may have removed it meanwhile.
  if (await isHeld(directory)) return true;
  held.delete(directory);
  lock.release();
  return false;
}

async function isHeld(directory: string): Promise<boolean> {
  const lock = held.get(directory);
  const present = await lstatIfExists(directory);
  return lock !== undefined && present?.ino === fstatSync(lock.fd, { bigint: true }).ino;
}
