import { IronicImagesError } from "../errors.ts";
import { requireGoodHeaders } from "./inspect.ts";
import { artifactPath } from "./names.ts";
import type { ArtifactRecord } from "./record.ts";
import type { ArtifactStore } from "./store.ts";

/** Which bytes are meant: those of one build of one recipe. */
export interface WantedArtifact {
  readonly name: string;
  readonly fingerprint: string;
  readonly buildId: string;
}

/**
 * The artifact whose bytes stand in the state, every digest verified.
 *
 * It is never built here: a build of the same recipe gives other bytes, and kernel, ramdisk and image of two builds
 * must not be mixed.
 *
 * @param rebuild the command that builds anew and replaces all images of the triple
 * @throws IronicImagesError `artifact-missing`, `artifact-differs` or `artifact-corrupt`, with the two ways out
 */
export async function requireArtifact(
  store: ArtifactStore,
  wanted: WantedArtifact,
  rebuild: string,
): Promise<ArtifactRecord> {
  const path = artifactPath(wanted.name, wanted.fingerprint);
  const waysOut = [
    `Either bring the artifact here from the machine that built it: npm run store -- import <its ${path}>`,
    `or build anew and replace all images that are made of it: ${rebuild}`,
  ].join("\n");
  const record = await store.find(wanted.name, wanted.fingerprint);
  if (record === undefined) {
    throw new IronicImagesError(
      "artifact-missing",
      `${path} is not on this machine, and its bytes are to be uploaded.`,
      waysOut,
    );
  }
  if (record.buildId !== wanted.buildId) {
    const summary = `${path} holds build ${record.buildId.slice(0, 12)}, but the state records ${wanted.buildId.slice(0, 12)}.`;
    throw new IronicImagesError("artifact-differs", summary, waysOut);
  }
  try {
    await store.verify(record);
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    throw new IronicImagesError(error.code, error.summary, waysOut, { cause: error });
  }
  return record;
}

/**
 * As {@link requireArtifact}, for an upload: Glance's and Ironic's rules on the headers are applied once more, because records of
 * earlier versions, and whoever can write in the store, may hold what today's rules refuse.
 *
 * @param allowLuks what the recipe or the stack says
 * @throws IronicImagesError also `image-refused`
 */
export async function requireUploadable(
  store: ArtifactStore,
  wanted: WantedArtifact,
  rebuild: string,
  allowLuks: boolean,
): Promise<ArtifactRecord> {
  const record = await requireArtifact(store, wanted, rebuild);
  await requireGoodHeaders(store.directory(record), record, allowLuks);
  return record;
}
