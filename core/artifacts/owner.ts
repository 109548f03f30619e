import { dirname, join } from "node:path";
import { recordFileName } from "./names.ts";
import type { ArtifactRecord } from "./record.ts";
import { lstatIfExists } from "./regular-file.ts";

/**
 * What of an artifact belongs to somebody who is neither this user, nor root, nor the owner of the directory of artifacts: he could
 * change it between the last look and the upload. One line, or undefined if all is well.
 */
export async function foreignOwner(directory: string, record: ArtifactRecord): Promise<string | undefined> {
  const trusted = [process.geteuid?.() ?? 0, 0, Number((await lstatIfExists(dirname(directory)))?.uid ?? 0)];
  const names = ["", recordFileName, ...Object.values(record.files).map((file) => file.name)];
  for (const name of names) {
    const uid = Number((await lstatIfExists(join(directory, name)))?.uid ?? 0);
    if (!trusted.includes(uid)) return `${name === "" ? directory : name} belongs to another user (uid ${uid})`;
  }
  return undefined;
}
