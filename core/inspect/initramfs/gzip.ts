import type { ByteSource } from "../byte-source.ts";

const fixedSize = 10;
/** A header with names and extras that are longer is none that a tool writes. */
const longestHeader = 64 * 1024;

/** Bytes of the header of a gzip member that begins at `offset` (RFC 1952, 2.3); undefined if it is none. */
export async function gzipHeaderSize(source: ByteSource, offset: number): Promise<number | undefined> {
  const head = await source.read(offset, longestHeader);
  if (head.length < fixedSize || head.readUInt16BE(0) !== 0x1f8b || head.readUInt8(2) !== 8) return undefined;
  const flags = head.readUInt8(3);
  let at = fixedSize;
  if (flags & 0x04) {
    if (head.length < at + 2) return undefined;
    at += 2 + head.readUInt16LE(at);
  }
  // File name, comment.
  for (const flag of [0x08, 0x10]) {
    if ((flags & flag) === 0) continue;
    const end = head.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if (flags & 0x02) at += 2;
  return at <= head.length ? at : undefined;
}
