import type { FileHandle } from "node:fs/promises";

/** Most bytes of one read; 8 MiB. Who needs more, reads in pieces: no field of a hostile file decides how much is allocated. */
export const largestRead = 8 * 2 ** 20;

/** Bytes that can be read at any offset: a file, memory, or the disk that a guest sees of an image. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** Bytes that were handed out so far, of the file itself where one source reads through another. */
  readonly bytesRead: number;
  /**
   * Fewer bytes at the end, none behind it.
   * @throws RangeError for an offset or length that is no whole number ≥ 0, or a length over `largestRead`: mistakes of the caller
   */
  read(offset: number, length: number): Promise<Buffer>;
}

/** The bytes of an open regular file, whose size is taken now. The caller closes it. */
export async function fileSource(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return new CountedSource(size, async (offset, length) => {
    const buffer = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
      // The file became shorter meanwhile.
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  });
}

/** The bytes of a buffer, not copied. */
export function memorySource(buffer: Buffer): ByteSource {
  return new CountedSource(buffer.length, (offset, length) =>
    Promise.resolve(buffer.subarray(offset, offset + length)),
  );
}

/** A part of a source, e.g. a partition of a disk: what lies behind the source's end is not there. `bytesRead` is that of the source. */
export function partSource(source: ByteSource, start: number, length: number): ByteSource {
  const size = Math.max(0, Math.min(length, source.size - start));
  return {
    size,
    get bytesRead() {
      return source.bytesRead;
    },
    async read(offset, wanted) {
      const possible = readableLength(size, offset, wanted);
      return possible === 0 ? Buffer.alloc(0) : await source.read(start + offset, possible);
    },
  };
}

class CountedSource implements ByteSource {
  readonly size: number;
  bytesRead = 0;
  readonly #get: (offset: number, length: number) => Promise<Buffer>;

  constructor(size: number, get: (offset: number, length: number) => Promise<Buffer>) {
    this.size = size;
    this.#get = get;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const possible = readableLength(this.size, offset, length);
    if (possible === 0) return Buffer.alloc(0);
    const bytes = await this.#get(offset, possible);
    this.bytesRead += bytes.length;
    return bytes;
  }
}

/**
 * How many of the wanted bytes a source of this size has. Every source checks its arguments with it.
 * @throws RangeError as `ByteSource.read`
 */
export function readableLength(size: number, offset: number, length: number): number {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`offset ${offset}`);
  if (!Number.isSafeInteger(length) || length < 0 || length > largestRead) throw new RangeError(`length ${length}`);
  return Math.max(0, Math.min(length, size - offset));
}
