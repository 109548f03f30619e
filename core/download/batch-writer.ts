import type { FileHandle } from "node:fs/promises";

/** Bytes that are written at once. */
const batchSize = 1024 * 1024;
/** Bytes after which the disk is told to begin, so that it is nearly done when the last byte comes. */
const syncEvery = 32 * 1024 * 1024;

/** Bytes that may wait for the disk. */
const maxWaiting = 16 * 1024 * 1024;

/**
 * Writes chunks in order, one batch after the other, while more are gathered: receiving, hashing and writing overlap, and what waits for the
 * disk is bounded. In order, so that a file whose writer was killed has no holes.
 */
export class BatchWriter {
  readonly #file: FileHandle;
  #position: number;
  #gathered: Buffer[] = [];
  #size = 0;
  #waiting = 0;
  #unsynced = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(file: FileHandle, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** Takes a chunk. If the disk is far behind, there is something to wait for, which rejects with the error of any write before. */
  add(chunk: Buffer): Promise<void> | undefined {
    this.#gathered.push(chunk);
    this.#size += chunk.length;
    if (this.#size < batchSize) return undefined;
    this.#next();
    return this.#waiting > maxWaiting ? this.#writing : undefined;
  }

  /** Waits until everything is written, or fails as the first failing write did. */
  async finish(): Promise<void> {
    this.#next();
    await this.#writing;
    await this.#syncing;
  }

  #next(): void {
    const [chunks, size, position] = [this.#gathered, this.#size, this.#position];
    if (size === 0) return;
    this.#gathered = [];
    this.#size = 0;
    this.#position += size;
    this.#waiting += size;
    this.#writing = this.#writing.then(async () => {
      await writeAll(this.#file, chunks, position);
      this.#waiting -= size;
      this.#unsynced += size;
      if (this.#unsynced >= syncEvery) this.#sync();
    });
    // Told to whoever waits next.
    this.#writing.catch(() => undefined);
  }

  #sync(): void {
    if (this.#syncing !== undefined) return;
    this.#unsynced = 0;
    this.#syncing = this.#file.datasync();
    this.#syncing.then(
      () => (this.#syncing = undefined),
      () => undefined,
    );
  }
}

async function writeAll(file: FileHandle, chunks: readonly Buffer[], position: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks, position);
  let rest = Buffer.alloc(0);
  if (bytesWritten < chunks.reduce((sum, { length }) => sum + length, 0))
    rest = Buffer.concat(chunks).subarray(bytesWritten);
  // A disk that fills up takes a part first, and tells why at the next write.
  for (let at = position + bytesWritten; rest.length > 0;) {
    const written = (await file.write(rest, 0, rest.length, at)).bytesWritten;
    at += written;
    rest = rest.subarray(written);
  }
}
