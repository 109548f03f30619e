import { mkdir, rm } from "node:fs/promises";
import tmp from "tmp";
import { IronicImagesError } from "../errors.ts";
import { copyTree } from "./copy-tree.ts";
import { recordFileName } from "./names.ts";
import { publishVerified } from "./publish.ts";
import type { ArtifactRecord } from "./record.ts";
import { readRecord } from "./verify.ts";

/**
 * Copies an artifact's directory beside the store's, checks the copy's digests, and publishes it.
 * @param store.scratch existing directory in the store's file system
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
  const staging = tmp.tmpNameSync({ tmpdir: store.scratch, prefix: "import" });
  await mkdir(staging, { mode: 0o700 });
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
  }
}
