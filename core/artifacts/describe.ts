import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import type { HashOrder } from "./hash-worker.mjs";
import { openRegularFile } from "./regular-file.ts";

/** Bytes read at a time. */
const chunkSize = 1024 * 1024;

/** Bytes from which on a thread is worth its start of some 40 ms. */
const worthThreads = 32 * 1024 * 1024;

/** Size in bytes and sha256 (hex) of a regular file. */
export interface FileHash {
  readonly size: number;
  readonly sha256: string;
}

/** All digests that a record has, in hex. */
export interface FileDigests extends FileHash {
  readonly sha512: string;
}

/** The one digest that tells bytes apart; sha512 costs nearly twice as much as this one. */
export async function hashFile(path: string): Promise<FileHash> {
  const handle = await openRegularFile(path);
  try {
    const { size, digests } = await hashChunks(handle, ["sha256"]);
    return { size, sha256: digests["sha256"] ?? "" };
  } finally {
    await handle.close();
  }
}

/** All digests that a record has. Those of a large file are computed side by side. */
export async function describeFile(path: string): Promise<FileDigests> {
  const handle = await openRegularFile(path);
  try {
    const isLarge = (await handle.stat()).size >= worthThreads;
    const thread = isLarge ? hashInThread({ fd: handle.fd, algorithm: "sha512" }) : Promise.resolve({});
    const here = hashChunks(handle, isLarge ? ["sha256"] : ["sha256", "sha512"]);
    // The descriptor stays open until nobody reads it any more.
    await Promise.allSettled([here, thread]);
    const { size, digests } = await here;
    const { sha256 = "", sha512 = "" }: Record<string, string> = { ...digests, ...(await thread) };
    return { size, sha256, sha512 };
  } finally {
    await handle.close();
  }
}

async function hashChunks(
  handle: FileHandle,
  algorithms: readonly string[],
): Promise<{ size: number; digests: Record<string, string> }> {
  const hashes = algorithms.map((algorithm) => [algorithm, createHash(algorithm)] as const);
  // One buffer for all: as garbage they would come to 64 MiB before the collector minds, in a job that is to stay small.
  const buffer = Buffer.allocUnsafe(chunkSize);
  let size = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, chunkSize, size);
    if (bytesRead === 0) break;
    for (const [, hash] of hashes) hash.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return { size, digests: Object.fromEntries(hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")])) };
}

function hashInThread(order: HashOrder): Promise<Record<string, string>> {
  // Without the options of this process: they may load modules.
  const worker = new Worker(new URL("./hash-worker.mjs", import.meta.url), { workerData: order, execArgv: [] });
  return new Promise((resolve, reject) => {
    worker.once("message", (digest: string) => resolve({ [order.algorithm]: digest }));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread for ${order.algorithm} ended with ${code}`)));
  });
}
