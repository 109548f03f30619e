// JavaScript, because a thread of its own would first load what strips types: 40 ms, a tenth of what publishing 350 MB takes.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

/**
 * What a thread is given: an open file of the process, and which digest of it is wanted.
 * @typedef {{ readonly fd: number, readonly algorithm: string }} HashOrder
 */

const { fd, algorithm } = /** @type {HashOrder} */ (workerData);
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
