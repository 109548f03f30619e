import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hashFile } from "../../artifacts/describe.ts";
import { artifactFileNames, type ArtifactKind } from "../../artifacts/names.ts";
import { IronicImagesError } from "../../errors.ts";

/** What one entry of the output directory is. */
export interface OutputEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  /** Bytes. */
  readonly size: number;
  /** Hex; of those that nobody expects. */
  readonly sha256?: string;
}

/** What is wrong with the outputs of a build that ended well, a phrase each. diskimage-builder exits 0 after some failures. */
export function outputProblems(entries: readonly OutputEntry[], name: string, inputs: ArtifactKind): string[] {
  const expected = Object.values(artifactFileNames(name, inputs)).filter((file) => file !== undefined);
  const problems = expected.flatMap((file) => {
    const entry = entries.find((each) => each.name === file);
    if (entry === undefined) return [`${file} is missing`];
    if (entry.kind !== "file") return [`${file} is no regular file`];
    return entry.size === 0 ? [`${file} is empty`] : [];
  });
  // `<name>.d` holds the manifests.
  const stray = entries.filter(
    (entry) => !expected.includes(entry.name) && !(entry.name === `${name}.d` && entry.kind === "directory"),
  );
  return [...problems, ...stray.map((entry) => `${entry.name} was not expected${detailsOf(entry)}`)];
}

/** Tells one kernel of several from the others. */
function detailsOf({ size, sha256 }: OutputEntry): string {
  return sha256 === undefined ? "" : ` (${size} bytes, sha256 ${sha256})`;
}

/** @throws IronicImagesError `build-output-wrong` */
export async function checkOutputs(
  directory: string,
  name: string,
  inputs: ArtifactKind,
  logPath: string,
): Promise<void> {
  const entries = await Promise.all(
    (await readdir(directory)).sort().map(async (entry): Promise<OutputEntry> => {
      const stats = await lstat(join(directory, entry));
      return {
        name: entry,
        kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
        size: stats.size,
      };
    }),
  );
  if (outputProblems(entries, name, inputs).length === 0) return;
  const expected: readonly (string | undefined)[] = Object.values(artifactFileNames(name, inputs));
  const described = await Promise.all(
    entries.map(async (entry) =>
      entry.kind !== "file" || entry.size === 0 || expected.includes(entry.name)
        ? entry
        : { ...entry, sha256: (await hashFile(join(directory, entry.name))).sha256 },
    ),
  );
  const problems = outputProblems(described, name, inputs);
  throw new IronicImagesError(
    "build-output-wrong",
    `The builder ended without an error, but the outputs of ${name} are wrong: ${problems.join(", ")}; log: ${logPath}`,
  );
}
