import { mkdir, rm } from "node:fs/promises";
import tmp from "tmp";
import { IronicImagesError } from "../errors.ts";
import { acquireLock } from "../lock.ts";
import { copyTree } from "./copy-tree.ts";
import { incomingPrefix, recordFileName } from "./names.ts";
import { publishVerified } from "./publish.ts";
import type { ArtifactRecord } from "./record.ts";
import { readRecord } from "./verify.ts";

/**
 * Copies an artifact's directory into the store under a temporary name, checks the copy's digests, and publishes it.
 * @param store.scratch existing directory of artifacts
 * @param store.target absolute directory that the artifact goes to
 */
export async function importArtifact(
  source: string,
  store: { readonly scratch: string; target(record: ArtifactRecord): string; say(message: string): void },
): Promise<ArtifactRecord> {
  const found = await readRecord(source);
  if (found === undefined || "why" in found) {
    throw new IronicImagesError(
      "artifact-missing",
      `${source} is no artifact: ${found === undefined ? `it has no ${recordFileName}` : found.why}; give the directory that holds ${recordFileName}`,
    );
  }
  const staging = tmp.tmpNameSync({ tmpdir: store.scratch, prefix: incomingPrefix });
  await mkdir(staging, { mode: 0o700 });
  const lock = await acquireLock(staging, { wait: true, directory: true });
  try {
    await copyTree(source, staging);
    return await publishVerified(staging, found.record, {
      target: store.target(found.record),
      replaceOtherBuild: true,
      say: (message) => store.say(message),
    });
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  } finally {
    lock.release();
  }
}
