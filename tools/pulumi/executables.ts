import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";

/** Every executable of this name on a PATH, in its order. */
export function findOnPath(name: string, path = ""): string[] {
  return path
    .split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .filter(isExecutable);
}

/** Whether a path is a file that may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Anything that only prints its version has done so after this many milliseconds, on a busy machine too. */
const versionTimeout = 30_000;

/** What a program answers when it is asked for its version, e.g. `v3.259.0`; undefined when it does not run or answers no version. */
export async function versionOf(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { stdout, failed } = await execa(file, args, {
    env: environment,
    extendEnv: false,
    stdin: "ignore",
    stderr: "ignore",
    timeout: versionTimeout,
    reject: false,
  });
  return failed ? undefined : /v?\d+\.\d+\.\d+[-+.\w]*/.exec(stdout)?.[0];
}
