import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ArtifactRecord } from "./record.ts";
import { lstatIfExists, readSmallFile } from "./regular-file.ts";
import { replaceFile } from "./replace-file.ts";

/** Stands beside the record: what the files looked like to `lstat` when their digests were last found right on this machine. */
const stampFileName = "verified.json";

/** Bytes. */
const stampLimit = 64 * 1024;

const looksSchema = z.record(
  z.string(),
  z.object({ size: z.string(), mtime: z.string(), ctime: z.string(), inode: z.string() }),
);

/** By file name, what `lstat` says: bytes, nanoseconds since 1970. */
export type Looks = z.infer<typeof looksSchema>;

/** The build id stands for the digests. */
const stampSchema = z.object({ buildId: z.string(), files: looksSchema });

/** `fits`: nothing was touched since the last verification. `unknown`: hash again. `broken`: no need to hash. */
export type StampState =
  { readonly state: "fits" } | { readonly state: "unknown" } | { readonly state: "broken"; readonly why: string };

/** Compares an artifact's files with its stamp by `lstat` alone: no image file is opened. */
export async function checkStamp(directory: string, record: ArtifactRecord): Promise<StampState> {
  for (const file of Object.values(record.files)) {
    const stats = await lstatIfExists(join(directory, file.name));
    if (stats === undefined) return { state: "broken", why: `${file.name} is missing` };
    if (!stats.isFile()) return { state: "broken", why: `${file.name} is not a regular file` };
    if (stats.size !== BigInt(file.size)) {
      return { state: "broken", why: `${file.name} has ${stats.size} bytes, and should have ${file.size}` };
    }
  }
  const stamp = await readStamp(directory);
  const now = Object.entries(
    await lookAt(
      directory,
      Object.values(record.files).map((file) => file.name),
    ),
  );
  const fits =
    stamp?.buildId === record.buildId &&
    now.every(([name, looks]) => {
      const then = stamp.files[name];
      return (
        then !== undefined &&
        then.size === looks.size &&
        then.mtime === looks.mtime &&
        then.ctime === looks.ctime &&
        then.inode === looks.inode
      );
    });
  return { state: fits ? "fits" : "unknown" };
}

/** What these files of a directory look like now; those that are missing are left out. */
export async function lookAt(directory: string, names: readonly string[]): Promise<Looks> {
  const looks: Looks = {};
  for (const name of names) {
    const stats = await lstatIfExists(join(directory, name));
    if (stats === undefined) continue;
    looks[name] = {
      size: String(stats.size),
      mtime: String(stats.mtimeNs),
      ctime: String(stats.ctimeNs),
      inode: String(stats.ino),
    };
  }
  return looks;
}

/** Notes that the files that looked like this, before they were hashed, had the digests of the record. */
export async function writeStamp(directory: string, record: ArtifactRecord, files: Looks): Promise<void> {
  await replaceFile(join(directory, stampFileName), `${JSON.stringify({ buildId: record.buildId, files })}\n`);
}

/** Makes the next {@link checkStamp} answer `unknown`. */
export async function dropStamp(directory: string): Promise<void> {
  await rm(join(directory, stampFileName), { force: true });
}

async function readStamp(directory: string): Promise<z.infer<typeof stampSchema> | undefined> {
  try {
    return stampSchema.parse(JSON.parse(await readSmallFile(join(directory, stampFileName), stampLimit)));
  } catch {
    // Missing or garbled: the files are hashed again, which needs no stamp.
    return undefined;
  }
}
