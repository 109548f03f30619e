import { join, resolve } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { storageFailure } from "../storage-failure.ts";
import { rulesVersion } from "../inspect/rules/version.ts";
import { holdArtifact } from "./hold.ts";
import { artifactPath, artifactsDirectory, isArtifactDirectoryOf, isSetAside, recordFileName } from "./names.ts";
import type { UnpublishedRecord } from "./publish.ts";
import { damage, setDamagedAside } from "./damage.ts";
import type { ArtifactRecord } from "./record.ts";
import { lstatIfExists, makeDirectory, namesIn } from "./regular-file.ts";
import { dropStamp } from "./stamp.ts";
import { noteUser } from "./users.ts";
import { readRecord, verifyFiles } from "./verify.ts";

// Publishing and inspecting are loaded when they are done: who looks for an artifact, as every preview does, needs neither.

export type { UnpublishedRecord } from "./publish.ts";

/** The artifacts of a project. All methods may run in several processes at once. */
export interface ArtifactStore {
  /** Absolute directory of an artifact, whether it exists or not. */
  directory(artifact: Pick<ArtifactRecord, "name" | "fingerprint">): string;
  /**
   * The artifact's record, if its bytes are there and right. Files that were not touched since they were last verified on this machine are only
   * `lstat`ed; others are hashed again. An artifact that turns out wrong is set aside as `<directory>.bad-<n>`.
   * Where the store was opened for a stack, the artifact stays where it is until this process ends.
   * @throws IronicImagesError `artifact-unreadable`
   */
  find(name: string, fingerprint: string): Promise<ArtifactRecord | undefined>;
  /**
   * Hashes every file of an artifact, whatever its stamp says. One that is found wrong is set aside by the next `find`.
   * @throws IronicImagesError `artifact-corrupt`, with file, expected and found digest; `artifact-file-refused`
   */
  verify(record: ArtifactRecord): Promise<void>;
  /**
   * The record with an inspection by today's rules, which one of an earlier version lacks; it is kept in the artifact's directory then.
   * @throws IronicImagesError `image-refused` with all that is wrong, `host-tool-missing`
   */
  inspected(record: ArtifactRecord): Promise<ArtifactRecord>;
  /** The record of the recipe's newest artifact, unverified: for estimates of time. */
  latest(name: string): Promise<ArtifactRecord | undefined>;
  /** All readable records, by name and age, unverified. */
  list(): Promise<ArtifactRecord[]>;
  /**
   * Makes a directory of finished files an artifact: whole or, if the process dies, not at all. The directory lies in `.images/`, holds the image files
   * under the names of `artifactFileNames` and what else is worth keeping (manifest, log), and is gone afterwards. A whole artifact of the same
   * fingerprint that is there already wins: then its record is the answer.
   * @throws IronicImagesError `artifact-file-refused`, `image-refused`, `artifact-record-wrong`, `storage-failed`; the directory then stays
   */
  publish(stagingDirectory: string, record: UnpublishedRecord): Promise<ArtifactRecord>;
  /**
   * Copies an artifact from elsewhere, e.g. from another machine's `.images/artifacts/`; every digest is checked on the copy. Another build of the same
   * fingerprint that is here is set aside: who imports wants these bytes.
   * @throws IronicImagesError `artifact-missing`, `artifact-corrupt`, `artifact-file-refused`, `storage-failed`
   */
  importFrom(otherArtifactDirectory: string): Promise<ArtifactRecord>;
}

/**
 * Opens a project's store; nothing is made until something is published.
 * @param options.onMessage told, in whole sentences, what was found wrong and what was done about it
 * @param options.stack plain name of the stack that artifacts are found for: `store gc` keeps them from it until this process ends,
 * and then by the stack's state
 */
export function openStore(
  projectDirectory: string,
  options: { onMessage?: (message: string) => void; stack?: string | undefined } = {},
): ArtifactStore {
  const say = options.onMessage ?? (() => undefined);
  const root = resolve(projectDirectory, artifactsDirectory);
  const directory: ArtifactStore["directory"] = ({ name, fingerprint }) =>
    resolve(projectDirectory, artifactPath(name, fingerprint));

  const read = async (path: string): Promise<ArtifactRecord | undefined> => {
    const found = await readRecord(path);
    if (found === undefined || "record" in found) return found?.record;
    say(
      `${join(path, recordFileName)} is not a record that this version reads: ${found.why}. The artifact counts as missing`,
    );
    return undefined;
  };

  // Nobody's list ends at an artifact that he may not read; who needs that very one is told by find.
  const readIfAllowed = (path: string): Promise<ArtifactRecord | undefined> =>
    read(path).catch((error: unknown) => {
      if (!(error instanceof IronicImagesError) || error.code !== "artifact-unreadable") throw error;
      say(error.summary);
      return undefined;
    });

  const records = async (wanted: (entry: string) => boolean): Promise<ArtifactRecord[]> => {
    const all = await Promise.all(
      (await namesIn(root))
        .filter(wanted)
        .map((entry) => readIfAllowed(join(root, entry)).then((record) => ({ entry, record }))),
    );
    return all
      .flatMap(({ entry, record }) =>
        record !== undefined && isArtifactDirectoryOf(record.name, entry) ? [record] : [],
      )
      .sort((a, b) => a.name.localeCompare(b.name) || a.builtAt.localeCompare(b.builtAt));
  };

  const keep = async (path: string): Promise<boolean> => {
    if (options.stack === undefined) return true;
    await noteUser(projectDirectory, options.stack);
    return holdArtifact(path);
  };

  const storing = <T>(action: () => Promise<T>): Promise<T> =>
    action().catch((error: unknown) => {
      throw storageFailure(error, root);
    });

  return {
    directory,
    async find(name, fingerprint) {
      const path = directory({ name, fingerprint });
      const seen = await lstatIfExists(path);
      const record = seen === undefined ? undefined : await read(path);
      if (seen === undefined || record === undefined) return undefined;
      if (record.name !== name || record.fingerprint !== fingerprint) {
        say(
          `${path} holds another artifact (${record.name}, fingerprint ${record.fingerprint}). The artifact counts as missing`,
        );
        return undefined;
      }
      const why = await damage(path, record, { believeStamp: true, say });
      if (why === undefined) return (await keep(path)) ? record : undefined;
      await setDamagedAside(path, seen, why, say);
      return undefined;
    },
    async verify(record) {
      try {
        await verifyFiles(directory(record), record);
      } catch (error) {
        // The next find must not believe what this one found wrong. Where nothing can be written, uploads verify all the same.
        await dropStamp(directory(record)).catch(() => undefined);
        throw error;
      }
    },
    async inspected(record) {
      if (record.inspection?.rules === rulesVersion) return record;
      const { addInspection, inspectArtifact } = await import("./inspect.ts");
      const { inspection } = await inspectArtifact(directory(record), record);
      return addInspection(directory(record), record, inspection);
    },
    latest: async (name) =>
      (await records((entry) => isArtifactDirectoryOf(name, entry))).filter((record) => record.name === name).at(-1),
    list: () => records((entry) => !entry.startsWith(".") && !isSetAside(entry)),
    async publish(staging, record) {
      return storing(async () => {
        await makeDirectory(root);
        const { publishStaging } = await import("./publish.ts");
        return publishStaging(staging, record, { target: directory(record), replaceOtherBuild: false, say });
      });
    },
    async importFrom(other) {
      return storing(async () => {
        await makeDirectory(root);
        const { importArtifact } = await import("./import.ts");
        return importArtifact(other, { scratch: root, target: directory, say });
      });
    },
  };
}
