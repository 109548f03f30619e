import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { IronicImagesError } from "../../errors.ts";

/** What an archive is for, which decides what has to be in it. */
export type ArchiveUse = "agent" | "requirements" | "simpleInit" | "wheels";

const constraints = "upper-constraints.txt";

const pythonProject = {
  pattern: /^(\.\/)?[^/]+\/(setup\.(py|cfg)|pyproject\.toml)$/,
  told: "one directory with a Python project",
};

/** What each use needs, and how a person is told. Entries are the archive's, directories with `/` at their end. */
const needs: Readonly<Record<ArchiveUse, { readonly pattern: RegExp; readonly told: string }>> = {
  agent: pythonProject,
  simpleInit: pythonProject,
  requirements: { pattern: /^(\.\/)?[^/]+\/upper-constraints\.txt$/, told: `one directory with ${constraints}` },
  wheels: { pattern: /\.whl$/, told: "wheels (.whl)" },
};

/** What is wrong with the entries of an archive, or undefined. */
export function archiveProblem(entries: readonly string[], use: ArchiveUse): string | undefined {
  const { pattern, told } = needs[use];
  if (!entries.some((entry) => pattern.test(entry))) return `holds no ${told.replace(/^one /, "")}`;
  if (use === "wheels") return undefined;
  // source-repositories takes the content of all of them together.
  const tops = new Set(entries.map((entry) => entry.replace(/^\.\//, "").split("/")[0]).filter((top) => top !== ""));
  return tops.size === 1 ? undefined : `holds ${[...tops].slice(0, 5).join(", ")}, and it has to be ${told}`;
}

/**
 * Checks that diskimage-builder can use an archive: `tar -xzf`, and the content that is needed.
 * @param shown what messages call it
 * @throws IronicImagesError `source-archive-wrong`
 */
export async function checkArchive(path: string, use: ArchiveUse, shown: string): Promise<void> {
  const file = await open(path);
  const head = Buffer.alloc(2);
  try {
    await file.read(head, 0, 2, 0);
  } finally {
    await file.close();
  }
  if (head.toString("hex") !== "1f8b")
    throw wrong(`${shown} is no .tar.gz, and diskimage-builder unpacks nothing else; pack it as one`);
  const listing = await execa("tar", ["--list", "--gzip", "--file", path], { reject: false, stdin: "ignore" });
  if (listing.exitCode !== 0) throw wrong(`${shown} cannot be read as a .tar.gz`, listing.stderr);
  const problem = archiveProblem(listing.stdout.split("\n"), use);
  if (problem !== undefined) throw wrong(`${shown} ${problem}`);
}

/**
 * Packs a plain file of constraints as the archive that the builder reads.
 * @param scratch for a directory that is gone afterwards
 */
export async function packConstraints(file: string, archive: string, scratch: string): Promise<void> {
  const directory = join(scratch, "requirements");
  await mkdir(directory);
  try {
    await copyFile(file, join(directory, constraints));
    const packed = `${archive}.tar.gz`;
    await execa("tar", ["--create", "--gzip", "--file", packed, "--directory", scratch, "requirements"]);
    await rename(packed, archive);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function wrong(summary: string, details = ""): IronicImagesError {
  return new IronicImagesError("source-archive-wrong", summary, details);
}
