import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

/** What a thread is given: an open file of the process, and which digest of it is wanted. */
export interface HashOrder {
  readonly fd: number;
  readonly algorithm: string;
}

const { fd, algorithm } = workerData as HashOrder;
const hash = createHash(algorithm);
const buffer = Buffer.allocUnsafe(1024 * 1024);
for (let position = 0; ;) {
  // At a position: the descriptor is shared with others that read.
  const read = readSync(fd, buffer, 0, buffer.length, position);
  if (read === 0) break;
  hash.update(buffer.subarray(0, read));
  position += read;
}
parentPort?.postMessage(hash.digest("hex"));
