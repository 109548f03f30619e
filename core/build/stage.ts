import { copyFile, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import tmp from "tmp";

/** Where an artifact is put together, relative to the project. */
export const stagingDirectory = ".images/staging";

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
  const parent = join(projectDirectory, stagingDirectory);
  await mkdir(parent, { recursive: true });
  const staging = tmp.dirSync({ tmpdir: parent, prefix: name, keep: true }).name;
  try {
    for (const entry of await readdir(out)) {
      if (entry === `${name}.d`) await cp(join(out, entry), join(staging, "manifest"), { recursive: true });
      else await rename(join(out, entry), join(staging, entry));
    }
    await copyFile(logPath, join(staging, "build.log"));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  return staging;
}
