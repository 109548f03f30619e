import type * as pulumi from "@pulumi/pulumi";
import { artifactFileNames, artifactPath } from "../../core/artifacts/names.ts";
import { rememberBriefly } from "../../core/recipe/brief-memory.ts";
import type { DeployContent } from "../../core/recipe/deploy-content.ts";
import {
  deployFingerprintInputs,
  fingerprint,
  type DeployBuildInputs,
  type DeployDownloadInputs,
} from "../../core/recipe/fingerprint.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { stackConfig } from "../stack-config.ts";
import { contentFailures } from "./inputs.ts";

/** Inputs after `check`: the content, what was computed from it, and where the artifact will lie. */
export type DeployRamdiskInputs = (DeployBuildInputs | DeployDownloadInputs) & {
  readonly name: string;
  readonly fingerprint: string;
  readonly kernelPath: string;
  readonly ramdiskPath: string;
};

rememberBriefly();

// The engine starts the provider in the project's directory.
const projectDirectory = process.cwd();

export { configure } from "../stack-config.ts";

/** Computes fingerprint and paths, in previews too: no network, and no file but the elements is read. */
export async function check(
  _olds: unknown,
  news: WithDoor<{ name: string } & DeployContent>,
): Promise<pulumi.dynamic.CheckResult<DeployRamdiskInputs>> {
  const { name, ...content } = withoutDoor(news);
  const failures = contentFailures(content);
  if (failures.length > 0) return { failures };
  const inputs = deployFingerprintInputs(content, projectDirectory);
  return { inputs: { name, ...inputs, fingerprint: fingerprint(inputs), ...artifactPaths(name, inputs) } };
}

/** Ensures the artifact: verified if the store has it, else built or downloaded. */
export async function create(news: WithDoor<DeployRamdiskInputs>): Promise<pulumi.dynamic.CreateResult> {
  const inputs = withoutDoor(news);
  const { name, fingerprint: wanted, kernelPath: _k, ramdiskPath: _r, ...fingerprinted } = inputs;
  const { artifactOutputs, ensureArtifact, runtimeSettings } = await import("../artifact/making.ts");
  const record = await ensureArtifact({ name, fingerprint: wanted, inputs: fingerprinted }, projectDirectory, () =>
    runtimeSettings(stackConfig, projectDirectory),
  );
  return { id: record.buildId, outs: { ...inputs, ...artifactOutputs(record) } };
}

/** Exists for form: every change is a replacement. An engine that calls it all the same keeps what was made. */
export async function update(
  _id: string,
  olds: WithDoor<DeployRamdiskInputs>,
  news: WithDoor<DeployRamdiskInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  return { outs: { ...withoutDoor(olds), ...withoutDoor(news) } };
}

function artifactPaths(name: string, inputs: DeployBuildInputs | DeployDownloadInputs) {
  const directory = artifactPath(name, fingerprint(inputs));
  const { kernel = "", ramdisk = "" } = artifactFileNames(name, inputs);
  return { kernelPath: `${directory}/${kernel}`, ramdiskPath: `${directory}/${ramdisk}` };
}
