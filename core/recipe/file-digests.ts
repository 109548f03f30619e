import { hash } from "node:crypto";
import { closeSync, openSync, readSync, type Stats } from "node:fs";

// What git calls racy: a file that was changed again in the same tick of its file system's clock looks as before. No file system ticks slower.
const tickMilliseconds = 2000;

/** By path: what a file looked like when it was read, and its digest. */
const known = new Map<string, { readonly looks: readonly number[]; readonly digest: string }>();
let buffer = Buffer.allocUnsafe(64 * 1024);

/**
 * Hex sha256 of a file. One that looks to `lstat` as it did when this process last read it, and had rested then, is not read again.
 * @param stats what `lstat` says of it now
 */
export function fileDigest(path: string, stats: Stats): string {
  const looks = [stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs];
  const before = known.get(path);
  if (before !== undefined && looks.every((value, index) => value === before.looks[index])) return before.digest;
  const hasRested = Math.max(stats.mtimeMs, stats.ctimeMs) < Date.now() - tickMilliseconds;
  const digest = hash("sha256", contentOf(path, stats.size), "hex");
  if (hasRested) known.set(path, { looks, digest });
  else known.delete(path);
  return digest;
}

/** All of a file, in a buffer that the next call uses again. One call of read(2) for most, where readFileSync needs a stat and two. */
function contentOf(path: string, expectedSize: number): Buffer {
  const descriptor = openSync(path, "r");
  try {
    let length = 0;
    for (;;) {
      // One more than expected, so that one call tells of most files that they end there.
      if (Math.max(length, expectedSize) >= buffer.length)
        buffer = Buffer.concat([buffer.subarray(0, length)], Math.max(2 * buffer.length, expectedSize + 1));
      const room = buffer.length - length;
      const read = readSync(descriptor, buffer, length, room, null);
      length += read;
      if (read < room) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}
