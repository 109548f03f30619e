import { createHash, getFips } from "node:crypto";
import { openRegularFile } from "./regular-file.ts";

/** Bytes read at a time. */
const chunkSize = 1024 * 1024;

/** Size in bytes and digests (hex) of a regular file. */
export interface FileDigests {
  readonly size: number;
  readonly sha256: string;
  readonly sha512: string;
  readonly md5?: string;
}

/** @param withMd5 for a Glance that knows nothing better; Node refuses md5 where the machine is in FIPS mode */
export async function hashFile(path: string, withMd5 = false): Promise<FileDigests> {
  const handle = await openRegularFile(path);
  const sha256 = createHash("sha256");
  const sha512 = createHash("sha512");
  const md5 = withMd5 ? createHash("md5") : undefined;
  let size = 0;
  try {
    // One buffer for all: as garbage they would come to 64 MiB before the collector minds, in a job that is to stay small.
    const buffer = Buffer.allocUnsafe(chunkSize);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkSize);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      sha256.update(chunk);
      sha512.update(chunk);
      md5?.update(chunk);
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
  const digests = { size, sha256: sha256.digest("hex"), sha512: sha512.digest("hex") };
  return md5 === undefined ? digests : { ...digests, md5: md5.digest("hex") };
}

/** All digests that a record has. */
export async function describeFile(path: string): Promise<FileDigests> {
  return hashFile(path, getFips() === 0);
}
