import type { BigIntStats } from "node:fs";
import { join, resolve } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { damage } from "./damage.ts";
import { artifactsDirectory, isArtifactDirectoryOf, isSetAside, recordFileName, usersDirectory } from "./names.ts";
import type { ArtifactRecord } from "./record.ts";
import { lstatIfExists, namesIn } from "./regular-file.ts";
import { dropStamp } from "./stamp.ts";
import { readRecord } from "./verify.ts";

/** Something in the directory of artifacts. */
export interface StoreEntry {
  /** Name in the directory of artifacts. */
  readonly entry: string;
  /** Absolute. */
  readonly path: string;
  readonly stats: BigIntStats;
  /**
   * - `artifact`: it has the record of the artifact that its name says; whether its bytes are right is not known
   * - `broken`: it has the place of an artifact, and is none; the next build that needs the place sets it aside
   * - `set-aside`: an artifact that was found wrong
   * - `temporary`: what an unfinished copy or removal left, or is at
   */
  readonly is: "artifact" | "broken" | "set-aside" | "temporary";
  /** Of an artifact, and of what was set aside if it can be read. */
  readonly record?: ArtifactRecord;
  /** Of what is broken, in one line. */
  readonly why?: string;
}

/** All that is in a project's directory of artifacts, by name; no file's content is read but that of records. */
export async function storeEntries(projectDirectory: string): Promise<StoreEntry[]> {
  const root = resolve(projectDirectory, artifactsDirectory);
  const names = await namesIn(root);
  const entries = names
    .filter((name) => name !== ".lock" && name !== usersDirectory)
    .sort()
    .map((name) => storeEntry(root, name));
  return (await Promise.all(entries)).filter((entry) => entry !== undefined);
}

async function storeEntry(root: string, entry: string): Promise<StoreEntry | undefined> {
  const path = join(root, entry);
  const stats = await lstatIfExists(path);
  if (stats === undefined) return undefined;
  const found = { entry, path, stats };
  if (entry.startsWith(".")) return { ...found, is: "temporary" };
  const read = await readableRecord(path);
  if (isSetAside(entry)) return { ...found, is: "set-aside", ...("record" in read && { record: read.record }) };
  if (!stats.isDirectory()) return { ...found, is: "broken", why: "it is not a directory" };
  if ("why" in read) return { ...found, is: "broken", why: read.why };
  const { record } = read;
  if (isArtifactDirectoryOf(record.name, entry) && record.fingerprint.startsWith(entry.slice(record.name.length + 1)))
    return { ...found, is: "artifact", record };
  return {
    ...found,
    is: "broken",
    why: `it holds another artifact (${record.name}, fingerprint ${record.fingerprint})`,
  };
}

async function readableRecord(path: string): Promise<{ record: ArtifactRecord } | { why: string }> {
  try {
    return (await readRecord(path)) ?? { why: `it has no ${recordFileName}` };
  } catch (error) {
    return { why: error instanceof IronicImagesError ? error.summary : String(error) };
  }
}

/** What {@link verifyStore} found of one entry. */
export interface ExaminedEntry extends StoreEntry {
  /** What is wrong with it; absent if it is an artifact and every byte is right. */
  readonly why?: string;
}

/**
 * Hashes every artifact of a project. What is found wrong is not believed by the next `find`, which sets it aside.
 * @returns everything but what is temporary; one entry with `why` that was not set aside already means that the store is damaged
 */
export async function* verifyStore(
  projectDirectory: string,
  say: (message: string) => void = () => undefined,
): AsyncGenerator<ExaminedEntry> {
  for (const entry of await storeEntries(projectDirectory)) {
    if (entry.is === "temporary") continue;
    if (entry.is !== "artifact" || entry.record === undefined) {
      yield entry;
      continue;
    }
    const why = await damage(entry.path, entry.record, { believeStamp: false, say }).catch((error: unknown) => {
      if (error instanceof IronicImagesError) return error.summary;
      throw error;
    });
    if (why !== undefined) await dropStamp(entry.path).catch(() => undefined);
    yield why === undefined ? entry : { ...entry, why };
  }
}
