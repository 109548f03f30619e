import { shownUrl } from "../../download/failure.ts";
import { join } from "node:path";
import { IronicImagesError } from "../../errors.ts";
import { deploySources } from "../../recipe/deploy-command.ts";
import type { DeployBuildContent } from "../../recipe/deploy-content.ts";
import type { DeployBuildJob } from "../job.ts";
import { checkArchive, packConstraints, type ArchiveUse } from "./source-archive.ts";
import { fetchPinnedFile, type SourcePlaces } from "./source-location.ts";

/** A file that a deploy ramdisk is made of. */
export interface DeployFile {
  readonly sha256: string;
  /** The field of the stack that pins it. */
  readonly field: string;
  readonly archive?: ArchiveUse;
}

/** Every file that a content pins. */
export function deployFiles(content: DeployBuildContent): DeployFile[] {
  const { tls, wheels, trustedCa } = content;
  const archives = deploySources.flatMap((source) => {
    const pinned = content[source];
    return "sha256" in pinned ? [{ sha256: pinned.sha256, field: source, archive: source }] : [];
  });
  const plain: Readonly<Record<string, string | undefined>> = {
    ...(tls === undefined || "selfSigned" in tls ? {} : { "tls.certificate": tls.certificate, "tls.key": tls.key }),
    "tls.clientCa": tls?.clientCa,
    trustedCa,
  };
  return [
    ...archives,
    ...(wheels === undefined ? [] : [{ sha256: wheels.sha256, field: "wheels", archive: "wheels" as const }]),
    ...Object.entries(plain).flatMap(([field, sha256]) => (sha256 === undefined ? [] : [{ sha256, field }])),
  ];
}

/**
 * Brings every file that a job pins onto this machine, and checks that the builder can use it.
 * @returns absolute paths by sha256; that of a constraints file is the archive that holds it
 * @throws IronicImagesError `job-wrong`, `source-archive-wrong`, and what {@link fetchPinnedFile} throws
 */
export async function fetchDeploySources(job: DeployBuildJob, places: SourcePlaces): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { sha256, field, archive } of deployFiles(job.inputs)) {
    const location = job.locations?.[sha256];
    if (location === undefined)
      throw new IronicImagesError(
        "job-wrong",
        `The job for ${job.name} pins ${field} and does not say where to get it`,
      );
    const what = `what ${field} names`;
    const path = await fetchPinnedFile({ what, sha256, location }, places);
    const shown = `${what}, ${/^https?:/.test(location) ? shownUrl(location) : location},`;
    if (archive === "requirements" && /\.txt$/.test(location)) {
      const packed = join(places.scratch, `${sha256}.packed`);
      await packConstraints(path, packed, places.scratch);
      files.set(sha256, packed);
    } else {
      if (archive !== undefined) await checkArchive(path, archive, shown);
      files.set(sha256, path);
    }
  }
  return files;
}
