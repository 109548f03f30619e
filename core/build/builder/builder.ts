import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { DeployBuildInputs, ImageInputs } from "../../recipe/fingerprint.ts";
import { which } from "../host/which.ts";

/** The command that makes an image, and the distribution of the Python index that brings it. */
export const builders = {
  image: { command: "disk-image-create", package: "diskimage-builder" },
  deploy: { command: "ironic-python-agent-builder", package: "ironic-python-agent-builder" },
} as const;

/** What builds a kind of image. */
export type BuilderKind = keyof typeof builders;

/** Who builds what a job asks for. */
export function builderKind(inputs: Pick<ImageInputs | DeployBuildInputs, "kind">): BuilderKind {
  return inputs.kind === "deploy-build" ? "deploy" : "image";
}

/** An installed builder. */
export interface InstalledBuilder {
  /** By distribution, as fingerprints pin them; `diskimage-builder` is always one. */
  readonly versions: Readonly<Record<string, string>>;
  /** The Python that runs it, absolute. */
  readonly python: string;
  /** The scripts that a build runs, absolute, by name: ironic-python-agent-builder starts disk-image-create. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The virtual environment that it lives in; undefined for an installation of the system. */
  readonly environment?: string;
  /** Directory of diskimage-builder's own elements. */
  readonly elements: string;
}

/** The Python in the first lines of a script that pip or uv installed; they write a shell line when the path has a space. */
export function pythonOf(script: string): string | undefined {
  const [first = "", second = ""] = script.split("\n");
  return /^'''exec' "?(.+?)"? "\$0"/.exec(second)?.[1] ?? /^#!\s*(\/\S*python\S*)\s*$/.exec(first)?.[1];
}

/** Finds a builder's command on a search path; undefined if it is not there or does not run. */
export async function findBuilder(searchPath: string, kind: BuilderKind): Promise<InstalledBuilder | undefined> {
  const found = await which(builders[kind].command, searchPath);
  if (found === undefined) return undefined;
  const script = await realpath(found);
  const python = pythonOf(await readFile(script, "utf8"));
  if (python === undefined) return undefined;
  const scripts: Record<string, string> = { [builders[kind].command]: script };
  if (kind === "deploy") {
    const beside = join(dirname(script), builders.image.command);
    if (!existsSync(beside)) return undefined;
    scripts[builders.image.command] = beside;
  }
  const packages = [...new Set([builders.image.package, builders[kind].package])];
  const program = `import json, sys
from importlib.metadata import version
from diskimage_builder import paths
versions = {name: version(name) for name in sys.argv[1:]}
print(json.dumps([versions, sys.prefix, sys.base_prefix, paths.get_path("elements")]))`;
  const outcome = await execa(python, ["-c", program, ...packages], {
    reject: false,
    env: { PATH: searchPath },
    extendEnv: false,
  });
  if (outcome.exitCode !== 0) return undefined;
  const [versions, prefix, basePrefix, elements] = JSON.parse(outcome.stdout) as [
    Record<string, string>,
    string,
    string,
    string,
  ];
  return { versions, python, scripts, elements, ...(prefix === basePrefix ? {} : { environment: prefix }) };
}
