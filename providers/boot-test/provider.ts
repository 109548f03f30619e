import type * as pulumi from "@pulumi/pulumi";
import { bootTestKey } from "../../core/boot/settings.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { stackConfig } from "../stack-config.ts";
import { inputFailures, type BootTestInputs } from "./inputs.ts";

// The engine starts the provider in the project's directory.
const projectDirectory = process.cwd();

// A hook of the program has looked already, and knows the name.
const rebuild = "pulumi up --replace URN-OF-THE-ARTIFACT (pulumi stack --show-urns tells it)";

export { configure } from "../stack-config.ts";

/** Guards the inputs; the program has validated the configuration already. */
export async function check(_olds: unknown, news: WithDoor<BootTestInputs>): Promise<pulumi.dynamic.CheckResult> {
  const failures = inputFailures(withoutDoor(news));
  return failures.length > 0 ? { failures } : { inputs: news };
}

/** Boots exactly the bytes whose build id stands in the state, unless they have passed this very test before. */
export async function create(news: WithDoor<BootTestInputs>): Promise<pulumi.dynamic.CreateResult> {
  const inputs = withoutDoor(news);
  const { name, artifact, fingerprint, buildId, firmware, settings } = inputs;
  const { bootTest, openStore, progressPrinter, requireArtifact, runtimeSettings, untilCancelled } =
    await import("./booting.ts");
  const store = openStore(projectDirectory, {
    onMessage: (message) => console.log(message),
    stack: process.env["PULUMI_NODEJS_STACK"],
  });
  const record = await requireArtifact(store, { name: artifact, fingerprint, buildId }, rebuild);
  const { build } = await runtimeSettings(stackConfig, projectDirectory);
  const { verdict, seconds, accelerator } = await untilCancelled(projectDirectory, (signal) =>
    bootTest({
      name,
      directory: store.directory(record),
      record,
      firmware,
      settings,
      slots: build.slots,
      onEvent: progressPrinter(name, (line) => console.log(line)),
      signal,
    }),
  );
  return { id: bootTestKey(buildId, firmware, settings), outs: { ...inputs, verdict, seconds, accelerator } };
}

/** What the image is called is all that can change in place: the verdict stays. */
export async function update(
  _id: string,
  olds: WithDoor<BootTestInputs>,
  news: WithDoor<BootTestInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  return { outs: { ...withoutDoor(olds), ...withoutDoor(news) } };
}
