import type * as pulumi from "@pulumi/pulumi";
import { artifactFileNames, artifactPath } from "../../core/artifacts/names.ts";
import { rememberBriefly } from "../../core/recipe/brief-memory.ts";
import { contentMistakes } from "../../core/recipe/check-content.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { fingerprint, fingerprintInputs, type ImageInputs } from "../../core/recipe/fingerprint.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { stackConfig } from "../stack-config.ts";

/** Inputs after `check`: the recipe, what was computed from it, and where the artifact will lie. */
export type DiskImageInputs = ImageInputs & {
  readonly name: string;
  readonly fingerprint: string;
  readonly imagePath: string;
  readonly kernelPath?: string;
  readonly ramdiskPath?: string;
};

rememberBriefly();

// The engine starts the provider in the project's directory.
const projectDirectory = process.cwd();

export { configure } from "../stack-config.ts";

/** Computes fingerprint and paths, in previews too: no network, and no file but the elements is read. */
export async function check(
  _olds: unknown,
  news: WithDoor<{ name: string } & RecipeContent>,
): Promise<pulumi.dynamic.CheckResult<DiskImageInputs>> {
  const { name, ...content } = withoutDoor(news);
  const failures = contentMistakes(content, projectDirectory);
  if (failures.length > 0) return { failures };
  const inputs = fingerprintInputs(content, projectDirectory);
  return { inputs: { name, ...inputs, fingerprint: fingerprint(inputs), ...artifactPaths(name, inputs) } };
}

/** Ensures the artifact: verified if the store has it, else built. */
export async function create(news: WithDoor<DiskImageInputs>): Promise<pulumi.dynamic.CreateResult> {
  const inputs = withoutDoor(news);
  const { name, fingerprint: wanted, imagePath: _i, kernelPath: _k, ramdiskPath: _r, ...fingerprinted } = inputs;
  const { artifactOutputs, ensureArtifact, runtimeSettings } = await import("../artifact/making.ts");
  const record = await ensureArtifact({ name, fingerprint: wanted, inputs: fingerprinted }, projectDirectory, () =>
    runtimeSettings(stackConfig, projectDirectory),
  );
  return { id: record.buildId, outs: { ...inputs, ...artifactOutputs(record) } };
}

/** Exists for form: every change is a replacement. An engine that calls it all the same keeps what was built. */
export async function update(
  _id: string,
  olds: WithDoor<DiskImageInputs>,
  news: WithDoor<DiskImageInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  return { outs: { ...withoutDoor(olds), ...withoutDoor(news) } };
}

function artifactPaths(name: string, inputs: ImageInputs) {
  const directory = artifactPath(name, fingerprint(inputs));
  const files = artifactFileNames(name, inputs);
  return {
    imagePath: `${directory}/${files.image ?? ""}`,
    ...(files.kernel === undefined ? {} : { kernelPath: `${directory}/${files.kernel}` }),
    ...(files.ramdisk === undefined ? {} : { ramdiskPath: `${directory}/${files.ramdisk}` }),
  };
}
