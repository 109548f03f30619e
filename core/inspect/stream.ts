import { Readable } from "node:stream";
import type { ByteSource } from "./byte-source.ts";

/** Bytes read at a time. */
const chunkSize = 2 ** 20;

/** The bytes from `start` to `end` (exclusive, default: all) as a stream. */
export function streamOf(source: ByteSource, start: number, end = source.size): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = start; at < end;) {
      const chunk = await source.read(at, Math.min(chunkSize, end - at));
      if (chunk.length === 0) return;
      yield chunk;
      at += chunk.length;
    }
  }
  return Readable.from(chunks(), { objectMode: false, highWaterMark: chunkSize });
}
