import type { FileHandle } from "node:fs/promises";

/** Bytes that are written at once. */
const batchSize = 1024 * 1024;
/** Bytes after which the disk is told to begin, so that it is nearly done when the last byte comes. */
const syncEvery = 32 * 1024 * 1024;

/**
 * Writes chunks in order, one batch under way while the next is gathered: receiving, hashing and writing overlap, and no more than two batches are
 * in memory. In order, so that a file whose writer was killed has no holes.
 */
export class BatchWriter {
  readonly #file: FileHandle;
  #position: number;
  #gathered: Buffer[] = [];
  #size = 0;
  #unsynced = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(file: FileHandle, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** Takes a chunk; when a batch is full, waits for the one before. Rejects with the error of any write before. */
  async add(chunk: Buffer): Promise<void> {
    this.#gathered.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= batchSize) await this.#next();
  }

  /** Waits until everything is written, or fails as the first failing write did. */
  async finish(): Promise<void> {
    await this.#next();
    await this.#writing;
    await this.#syncing;
  }

  async #next(): Promise<void> {
    await this.#writing;
    const chunks = this.#gathered;
    const position = this.#position;
    this.#position += this.#size;
    this.#unsynced += this.#size;
    this.#gathered = [];
    this.#size = 0;
    if (chunks.length === 0) return;
    this.#writing = writeAll(this.#file, chunks, position);
    // Told to whoever comes next.
    this.#writing.catch(() => undefined);
    if (this.#unsynced < syncEvery || this.#syncing !== undefined) return;
    this.#unsynced = 0;
    const syncing = this.#file.datasync();
    this.#syncing = syncing;
    syncing.then(
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
