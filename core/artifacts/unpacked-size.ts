import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Transform } from "node:stream";
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
  const head = await firstBytes(path);
  const compression = compressions.find(({ magic }) => head.startsWith(magic));
  const count = new ByteCount();
  const unpack = compression?.unpack();
  try {
    if (typeof unpack === "string") await countOutput(unpack, path, count);
    else await pipeline([createReadStream(path, { highWaterMark: 2 ** 20 }), ...(unpack ? [unpack] : []), count]);
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

async function countOutput(command: string, path: string, count: ByteCount): Promise<void> {
  const child = execa(command, ["--decompress", "--stdout", path], {
    stdin: "ignore",
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

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead).toString("hex");
  } finally {
    await file.close();
  }
}
