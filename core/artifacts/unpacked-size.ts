import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { Readable, Transform } from "node:stream";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { execa } from "execa";
import { IronicImagesError } from "../errors.ts";

/** More than this no node has memory for, so it is no ramdisk but a bomb. */
const limit = 64 * 2 ** 30;

/** Beginnings of the compressions that Linux knows for an initramfs (lib/decompress.c), and what unpacks each. */
const compressions: readonly { readonly magic: string; readonly unpack: () => Transform | string }[] = [
  { magic: "1f8b", unpack: () => createGunzip() },
  { magic: "28b52ffd", unpack: () => createZstdDecompress() },
  { magic: "fd377a585a00", unpack: () => "xz" },
  { magic: "5d0000", unpack: () => "xz" },
  { magic: "425a68", unpack: () => "bzip2" },
  { magic: "02214c18", unpack: () => "lz4" },
];

/**
 * Bytes that an initramfs comes to in the node's memory. One that is not compressed is its own size.
 * @throws IronicImagesError `image-refused` for a broken or monstrous one, `host-tool-missing`
 */
export async function unpackedSize(path: string): Promise<number> {
  const start = await endOfPlainArchive(path);
  const head = await hexAt(path, start, 6);
  const compression = compressions.find(({ magic }) => head.startsWith(magic));
  const count = new ByteCount();
  count.bytes = start;
  const unpack = compression?.unpack();
  try {
    const packed = createReadStream(path, { start, highWaterMark: 2 ** 20 });
    if (typeof unpack === "string") await countOutput(unpack, packed, path, count);
    else await pipeline([packed, ...(unpack ? [unpack] : []), count]);
  } catch (error) {
    if (error instanceof IronicImagesError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new IronicImagesError("image-refused", `${path} is no ramdisk that can be unpacked: ${why}`, "", {
      cause: error,
    });
  }
  return count.bytes;
}

class ByteCount extends Writable {
  bytes = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.bytes += chunk.length;
    done(this.bytes > limit ? new Error(`it unpacks to more than ${limit} bytes`) : undefined);
  }
}

async function countOutput(command: string, packed: Readable, path: string, count: ByteCount): Promise<void> {
  const child = execa(command, ["--decompress", "--stdout"], {
    input: packed,
    buffer: { stdout: false },
    reject: false,
  });
  await Promise.all([
    pipeline(child.stdout, count).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw error;
    }),
    child.then((ended) => {
      if (ended.code === "ENOENT")
        throw new IronicImagesError(
          "host-tool-missing",
          `${command} is not on this machine, and ${path} is compressed with it; install it (Debian: ${command === "xz" ? "xz-utils" : command})`,
        );
      if (ended.failed && !ended.isTerminated) throw new Error(ended.stderr);
    }),
  ]);
}

/**
 * Where an uncompressed archive at the beginning ends, with the zeros behind it; 0 without one. dracut puts the processor's
 * microcode there, and the packed rest behind it (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst).
 */
async function endOfPlainArchive(path: string): Promise<number> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(110);
    const field = (index: number) => Number.parseInt(header.toString("latin1", 6 + index * 8, 14 + index * 8), 16);
    for (let at = 0; ;) {
      const { bytesRead } = await file.read(header, 0, 110, at);
      if (bytesRead < 110 || !/^07070[12]/.test(header.toString("latin1", 0, 6))) return at === 0 ? 0 : size;
      const [dataSize, nameSize] = [field(6), field(11)];
      // PATH_MAX; what is none of this is no header.
      if (!(dataSize >= 0 && nameSize > 0 && nameSize <= 4096)) return 0;
      const name = Buffer.alloc(nameSize);
      await file.read(name, 0, nameSize, at + 110);
      at = padded(at + 110 + nameSize) + padded(dataSize);
      if (at > size) return 0;
      if (name.toString("latin1").startsWith("TRAILER!!!")) return await skipZeros(file, at);
    }
  } finally {
    await file.close();
  }
}

function padded(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}

async function skipZeros(file: FileHandle, from: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let at = from; ; at += chunk.length) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    const other = chunk.subarray(0, bytesRead).findIndex((byte) => byte !== 0);
    if (other >= 0) return at + other;
    if (bytesRead < chunk.length) return at + bytesRead;
  }
}

async function hexAt(path: string, offset: number, length: number): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead).toString("hex");
  } finally {
    await file.close();
  }
}
