import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import type { BuildSettings } from "../../core/build/settings.ts";
import type { BuildRun } from "./plain-build.ts";
import { runClient } from "./run-client.ts";

const answerSchema = z.object({
  seconds: z.number(),
  log: z.string(),
  space: z.number().optional(),
  artifact: z.number(),
});

/** The element of one's own that is changed between two builds. */
export const changedElement = "bench-change";

/** A project to build one recipe in, again and again. */
export interface BuildProject {
  readonly directory: string;
  readonly recipe: string;
  /** Makes the next build another one, by the content of an element. */
  change(content: string): Promise<void>;
}

/**
 * Copies a project's recipes and elements.
 * @param overlay keys that the recipe is to have instead of its own
 */
export async function makeBuildProject(
  from: string,
  recipe: string,
  directory: string,
  overlay: Readonly<Record<string, unknown>> = {},
): Promise<BuildProject> {
  for (const folder of ["recipes", "elements"])
    await cp(join(from, folder), join(directory, folder), { recursive: true });
  const file = join(directory, "recipes", `${recipe}.yaml`);
  const own = parse(await readFile(file, "utf8")) as Record<string, unknown>;
  await writeFile(file, stringify({ ...own, ...overlay }));
  const hooks = join(directory, "elements", changedElement, "install.d");
  await mkdir(hooks, { recursive: true });
  const change = async (content: string): Promise<void> => {
    const hook = join(hooks, "50-bench-change");
    await writeFile(hook, `#!/bin/bash\nset -eu\nset -o pipefail\necho "${content}" >/etc/bench-change\n`);
    await chmod(hook, 0o755);
  };
  await change("as it was");
  return { directory, recipe, change };
}

/** Where our build runs. */
export interface OurBuild {
  readonly project: BuildProject;
  /** In the place of the user's: cold if it is not there. */
  readonly cache: string;
  /** Directory of the builder's commands. */
  readonly bin: string;
  readonly settings: BuildSettings;
  readonly signal: AbortSignal;
}

/** Bytes that the build took on the disk, where they were measured, and that its artifact has. */
export type OurBuildRun = BuildRun & { readonly space?: number | undefined; readonly artifact: number };

/** Builds with a job of ours. */
export async function ourBuild({ project, cache, bin, settings, signal }: OurBuild): Promise<OurBuildRun> {
  const env = { IRONIC_IMAGES_CACHE: cache, PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const args = [project.directory, project.recipe, JSON.stringify({ slots: 1, leaseSeconds: 1, ...settings })];
  const { log, ...run } = answerSchema.parse(await runClient("build", args, { env, signal }));
  return { ...run, log: await readFile(log, "utf8") };
}
