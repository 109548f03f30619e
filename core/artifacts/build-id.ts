import { createHash } from "node:crypto";
import { artifactFileRoles } from "./names.ts";
import type { ArtifactFile, ArtifactFileRole } from "./record.ts";

/**
 * Identity of the bytes that a build gave: sha256 (hex) over one line `<role> <sha256>` for each file, in the order image, kernel, ramdisk.
 * Builds are not reproducible, so two builds of one fingerprint have two build ids.
 */
export function buildId(files: Readonly<Partial<Record<ArtifactFileRole, Pick<ArtifactFile, "sha256">>>>): string {
  const hash = createHash("sha256");
  for (const role of artifactFileRoles) {
    const file = files[role];
    if (file !== undefined) hash.update(`${role} ${file.sha256}\n`);
  }
  return hash.digest("hex");
}
