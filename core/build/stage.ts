import { copyFile, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import tmp from "tmp";

/** Where an artifact is put together, relative to the project. */
export const stagingDirectory = ".images/staging";

/** A new directory in which an artifact is put together; whoever asks removes it. */
export async function newStagingDirectory(projectDirectory: string, name: string): Promise<string> {
  const parent = join(projectDirectory, stagingDirectory);
  await mkdir(parent, { recursive: true });
  return tmp.dirSync({ tmpdir: parent, prefix: name, keep: true }).name;
}

/** Puts the log beside the files of an artifact. */
export async function copyLog(logPath: string, staging: string): Promise<void> {
  await copyFile(logPath, join(staging, "build.log"));
}

/**
 * Moves the outputs of a build, its manifests and a copy of its log into a directory that can be published.
 * @param out the build's output directory, checked
 */
export async function stageOutputs(
  projectDirectory: string,
  name: string,
  out: string,
  logPath: string,
): Promise<string> {
  const staging = await newStagingDirectory(projectDirectory, name);
  try {
    for (const entry of await readdir(out)) {
      if (entry === `${name}.d`) await cp(join(out, entry), join(staging, "manifest"), { recursive: true });
      else await rename(join(out, entry), join(staging, entry));
    }
    await copyLog(logPath, staging);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return staging;
}
