import type * as pulumi from "@pulumi/pulumi";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { artifactFileNames, artifactPath } from "../../core/artifacts/names.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import { fingerprint, fingerprintInputs, type FingerprintInputs } from "../../core/recipe/fingerprint.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { contentMistakes } from "../../core/recipe/check-content.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { progressPrinter } from "./progress.ts";
import { runtimeSettings } from "./settings.ts";

/** Inputs after `check`: the recipe, what was computed from it, and where the artifact will lie. */
export type DiskImageInputs = FingerprintInputs & {
  readonly name: string;
  readonly fingerprint: string;
  readonly imagePath: string;
  readonly kernelPath?: string;
  readonly ramdiskPath?: string;
};

// The engine starts the provider in the project's directory.
const projectDirectory = process.cwd();

let getConfig: (key: string) => string | undefined = () => undefined;

/** Keeps the stack config for builds; read there, because a destroy needs none of it. */
export async function configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
  getConfig = (key) => request.config.get(key);
}

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
  const record = (await verifiedArtifact(inputs)) ?? (await build(inputs));
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

async function verifiedArtifact(inputs: DiskImageInputs): Promise<ArtifactRecord | undefined> {
  const store = openStore(projectDirectory, { onMessage: (message) => console.log(message) });
  const record = await store.find(inputs.name, inputs.fingerprint);
  if (record === undefined) return undefined;
  try {
    await store.verify(record);
    console.log(`${inputs.name}: in the store, verified, built at ${record.builtAt}`);
    return record;
  } catch (error) {
    if (!(error instanceof IronicImagesError) || error.code !== "artifact-corrupt") throw error;
    console.log(`${inputs.name}: ${error.summary}; it is built anew`);
    return undefined;
  }
}

async function build(inputs: DiskImageInputs): Promise<ArtifactRecord> {
  const { name, fingerprint: wanted, imagePath: _i, kernelPath: _k, ramdiskPath: _r, ...fingerprinted } = inputs;
  const runtime = await runtimeSettings(getConfig, projectDirectory);
  const baseImageUrl = runtime.baseImageUrl(name, fingerprinted);
  const executor = localExecutor({ projectDirectory, settings: runtime.build });
  const running = await executor.startOrAttach({
    schema: 1,
    name,
    fingerprint: wanted,
    inputs: fingerprinted,
    ...(baseImageUrl === undefined ? {} : { baseImageUrl }),
  });
  const print = progressPrinter(name, (line) => console.log(line));
  for await (const event of running.events()) print(event);
  return await running.fetch();
}

function artifactPaths(name: string, inputs: FingerprintInputs) {
  const directory = artifactPath(name, fingerprint(inputs));
  const files = artifactFileNames(name, inputs);
  return {
    imagePath: `${directory}/${files.image}`,
    ...(files.kernel === undefined ? {} : { kernelPath: `${directory}/${files.kernel}` }),
    ...(files.ramdisk === undefined ? {} : { ramdiskPath: `${directory}/${files.ramdisk}` }),
  };
}

function artifactOutputs(record: ArtifactRecord) {
  const files = Object.entries(record.files).map(([role, { name: _name, ...file }]) => [role, file]);
  return { buildId: record.buildId, files: Object.fromEntries(files) };
}
