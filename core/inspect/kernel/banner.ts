import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { streamOf } from "../stream.ts";
import type { KernelFacts } from "./kernel-facts.ts";

/** No kernel is larger unpacked. */
const limit = 512 * 2 ** 20;
/** Longer than the beginning of any banner. */
const overlap = 128;

/**
 * The version in the banner `Linux version 6.1.0-42-arm64 (…` (Linux init/version.c) in a kernel's body: arm64's header has none.
 * Undefined if there is none to be found, e.g. because the payload is packed with what Node does not know.
 */
export async function bannerVersion(source: ByteSource, kernel: KernelFacts): Promise<string | undefined> {
  let tail = "";
  let total = 0;
  try {
    for await (const chunk of body(source, kernel) as AsyncIterable<Buffer>) {
      const text = tail + chunk.toString("latin1");
      const found = /Linux version ([0-9][\x21-\x7e]{0,63}) \(/.exec(text);
      if (found !== null) return found[1];
      tail = text.slice(-overlap);
      total += chunk.length;
      if (total > limit) return undefined;
    }
  } catch (error) {
    // A payload that does not unpack has no banner; the boot test is what tells whether it boots.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  return undefined;
}

function body(source: ByteSource, { compression, payload }: KernelFacts): Readable {
  const from = payload?.offset ?? 0;
  const bytes = streamOf(source, from, Math.min(source.size, from + (payload?.size ?? source.size)));
  if (compression !== "gzip" && compression !== "zstd") return bytes;
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  bytes.once("error", (error) => unpack.destroy(error));
  return bytes.pipe(unpack);
}
