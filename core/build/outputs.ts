import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { artifactFileNames, type ArtifactKind } from "../artifacts/names.ts";
import { IronicImagesError } from "../errors.ts";

/** What one entry of the output directory is. */
export interface OutputEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  /** Bytes. */
  readonly size: number;
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
  return [...problems, ...stray.map((entry) => `${entry.name} was not expected`)];
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
  const problems = outputProblems(entries, name, inputs);
  if (problems.length === 0) return;
  throw new IronicImagesError(
    "build-output-wrong",
    `The builder ended without an error, but the outputs of ${name} are wrong: ${problems.join(", ")}; log: ${logPath}`,
  );
}
