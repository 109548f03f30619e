import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { artifactFileNames, type ArtifactKind } from "../../core/artifacts/names.ts";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { fingerprint, fingerprintInputs, type ImageInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";

/** Files that take the place of what a build makes, by role. */
export type SampleFiles = Readonly<{ image: string; kernel?: string; ramdisk?: string }>;

/** Puts copies of files where a build would leave them for a recipe, not forced to the disk. */
export async function stageSample(project: string, recipe: string, files: SampleFiles) {
  const inputs: ImageInputs = fingerprintInputs(loadRecipe(project, recipe).content, project);
  const staging = join(project, ".images", `staging-${recipe}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  const names = artifactFileNames(recipe, inputs satisfies ArtifactKind);
  for (const [role, path] of Object.entries(files))
    await cp(path, join(staging, names[role as keyof SampleFiles] ?? role));
  return { staging, name: recipe, fingerprint: fingerprint(inputs), inputs };
}

/** Publishes them: what a recipe's build would come to. */
export async function publishSample(project: string, recipe: string, files: SampleFiles): Promise<ArtifactRecord> {
  const { staging, ...artifact } = await stageSample(project, recipe, files);
  const made = { schema: 1, tools: {}, seconds: { total: 1 }, builtAt: new Date().toISOString() } as const;
  return openStore(project).publish(staging, { ...made, ...artifact });
}
