import { readFile, realpath } from "node:fs/promises";
import { execa } from "execa";
import { which } from "./which.ts";

/** An installed diskimage-builder. */
export interface InstalledBuilder {
  readonly version: string;
  /** The Python that runs it, absolute. */
  readonly python: string;
  /** The script `disk-image-create`, absolute. */
  readonly script: string;
  /** The virtual environment that it lives in; undefined for an installation of the system. */
  readonly environment?: string;
  /** Directory of its own elements. */
  readonly elements: string;
}

/** The Python in the first lines of a script that pip or uv installed; they write a shell line when the path has a space. */
export function pythonOf(script: string): string | undefined {
  const [first = "", second = ""] = script.split("\n");
  return /^'''exec' "?(.+?)"? "\$0"/.exec(second)?.[1] ?? /^#!\s*(\/\S*python\S*)\s*$/.exec(first)?.[1];
}

/** Finds `disk-image-create` on a search path; undefined if it is not there or does not run. */
export async function findBuilder(searchPath: string): Promise<InstalledBuilder | undefined> {
  const found = await which("disk-image-create", searchPath);
  if (found === undefined) return undefined;
  const script = await realpath(found);
  const python = pythonOf(await readFile(script, "utf8"));
  if (python === undefined) return undefined;
  const program = `import json, sys
from diskimage_builder import paths, version
print(json.dumps([version.version_info.version_string(), sys.prefix, sys.base_prefix, paths.get_path("elements")]))`;
  const outcome = await execa(python, ["-c", program], { reject: false, env: { PATH: searchPath }, extendEnv: false });
  if (outcome.exitCode !== 0) return undefined;
  const [version, prefix, basePrefix, elements] = JSON.parse(outcome.stdout) as [string, string, string, string];
  return { version, python, script, elements, ...(prefix === basePrefix ? {} : { environment: prefix }) };
}
