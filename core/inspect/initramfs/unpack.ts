import type { Duplex, Readable } from "node:stream";
import { crc32, createInflateRaw, createZstdDecompress } from "node:zlib";
import { IronicImagesError } from "../../errors.ts";
import type { ByteSource } from "../byte-source.ts";
import { streamOf } from "../stream.ts";
import { gzipHeaderSize } from "./gzip.ts";
import type { PartKind } from "./kinds.ts";

/** Unpacks what Node does not know, to the end of the input: the host's tool for it, handed in by who may run processes. */
export type Unpacker = (kind: PartKind, packed: Readable) => AsyncIterable<Buffer>;

/** More than this no node has memory for, so it is no ramdisk but a bomb. */
export const largestRamdisk = 64 * 2 ** 30;

/** Bytes, packed and unpacked, that go between threads at a time; far more than Node's own 16 KiB. */
const chunkSize = 2 ** 20;

/** One packed part of an initramfs. */
export interface PackedPart {
  readonly kind: PartKind;
  /** Where in the source it begins, in bytes. */
  readonly offset: number;
}

/**
 * Unpacks one part.
 * @param take gets the unpacked bytes
 * @returns where the part ends, or why it cannot be unpacked
 * @throws IronicImagesError what `unpacker` throws
 */
export async function unpackPart(
  source: ByteSource,
  { kind, offset }: PackedPart,
  unpacker: Unpacker,
  take: (chunk: Buffer) => void,
): Promise<number | string> {
  try {
    if (kind === "gzip") return await gunzip(source, offset, take);
    if (kind === "zstd") return offset + (await through(createZstdDecompress({ chunkSize }), source, offset, take));
    for await (const chunk of unpacker(kind, streamOf(source, offset))) take(chunk);
    return source.size;
  } catch (error) {
    if (error instanceof IronicImagesError || error instanceof RangeError) throw error;
    return `it cannot be unpacked (${kind}): ${error instanceof Error ? error.message : String(error)}`;
  }
}

// Not createGunzip: whether something else than a further member may follow is for the chain to say.
async function gunzip(source: ByteSource, offset: number, take: (chunk: Buffer) => void): Promise<number | string> {
  const header = await gzipHeaderSize(source, offset);
  if (header === undefined) return "it cannot be unpacked (gzip): wrong header";
  let crc = 0;
  let size = 0;
  const inflate = createInflateRaw({ chunkSize });
  const used = await through(inflate, source, offset + header, (chunk) => {
    crc = crc32(chunk, crc);
    size += chunk.length;
    take(chunk);
  });
  const end = offset + header + used;
  const checks = await source.read(end, 8);
  if (checks.length < 8) return "it cannot be unpacked (gzip): unexpected end of file";
  if (checks.readUInt32LE(0) !== crc || checks.readUInt32LE(4) !== size % 2 ** 32)
    return "it cannot be unpacked (gzip): its checksum is wrong";
  return end + 8;
}

/** @returns the packed bytes that were used; what follows them is left alone */
async function through(
  unpack: Duplex & { readonly bytesWritten: number },
  source: ByteSource,
  start: number,
  take: (chunk: Buffer) => void,
): Promise<number> {
  const fed = feed(unpack, source, start);
  try {
    for await (const chunk of unpack as AsyncIterable<Buffer>) take(chunk);
    return unpack.bytesWritten;
  } finally {
    unpack.destroy();
    await fed;
  }
}

// Not a pipe: it would go on behind the end, where Node takes what comes for a further beginning.
async function feed(
  unpack: Duplex & { readonly bytesWritten: number },
  source: ByteSource,
  start: number,
): Promise<void> {
  try {
    for (let at = start; at < source.size;) {
      const chunk = await source.read(at, chunkSize);
      if (chunk.length === 0) break;
      at += chunk.length;
      // What goes wrong is told to who reads.
      await written(unpack, chunk);
      if (unpack.destroyed || unpack.bytesWritten < at - start) return;
    }
    unpack.end();
  } catch (error) {
    unpack.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Until the bytes are used, or the stream is closed: for bytes that turn out damaged Node never calls back. */
function written(unpack: Duplex, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unpack.off("close", done);
      resolve();
    };
    unpack.once("close", done);
    unpack.write(chunk, done);
  });
}
