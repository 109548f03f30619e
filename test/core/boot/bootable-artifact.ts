import { renameSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import { fingerprint, type FingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { stage, unpublished, wholeDiskInputs } from "../artifacts/samples.ts";
import { tinyGuest } from "./tiny-guest.ts";

/** Puts a whole-disk image into a project's store that a BIOS boots, and that then says one text, as if it had been built. */
export async function bootableArtifact(
  project: string,
  name: string,
  text: string,
  inputs: FingerprintInputs = wholeDiskInputs,
): Promise<ArtifactRecord> {
  const staging = stage(project, { "build.log": "all went well" });
  tinyGuest(staging, text, "waits");
  renameSync(join(staging, "my-image.raw"), join(staging, `${name}.raw`));
  const record = unpublished({ name, inputs, fingerprint: fingerprint(inputs) });
  return openStore(project).publish(staging, record);
}
