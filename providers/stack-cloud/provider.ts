import type * as pulumi from "@pulumi/pulumi";
import { isSameCloud, otherCloud, requireSameCloud, type CloudIdentity } from "../../core/openstack/identity.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { presentSession } from "../present-session.ts";
import { inputFailures, type StackCloudInputs } from "./inputs.ts";

/** What state holds of a stack's cloud. */
export type StackCloudOutputs = StackCloudInputs & CloudIdentity;

export { configure } from "../stack-config.ts";

/**
 * Refuses another cloud than the one of the state, in previews too. Reaches for no network: who the credentials are says the program's
 * preflight, and where it has not asked, the state counts.
 */
export async function check(
  olds: WithDoor<StackCloudInputs> | undefined,
  news: WithDoor<StackCloudInputs>,
): Promise<pulumi.dynamic.CheckResult<StackCloudInputs>> {
  const wanted = withoutDoor(news);
  const failures = inputFailures(wanted);
  if (failures.length > 0) return { failures };
  const old = olds === undefined ? undefined : withoutDoor(olds);
  const before = identityOf(old ?? {});
  const present = identityOf(wanted);
  const inputs = { ...wanted, ...before, interface: wanted.interface ?? old?.interface ?? "public" } as const;
  // A reviewer without credentials changes nothing.
  if (present === undefined) return { inputs: { ...inputs, cloud: wanted.cloud || (old?.cloud ?? "") } };
  if (before === undefined || isSameCloud(before, present)) return { inputs };
  const source = wanted.cloud === "" ? "the OS_* variables" : `cloud ${wanted.cloud}`;
  return { failures: [{ property: "projectId", reason: otherCloud(before, present, source).message }] };
}

/** Binds the stack to the project and the Glance of the present credentials. */
export async function create(news: WithDoor<StackCloudInputs>): Promise<pulumi.dynamic.CreateResult> {
  const inputs = withoutDoor(news);
  const session = await presentSession(inputs);
  requireSameCloud(inputs, session);
  const identity = { projectId: session.projectId, endpoint: session.imageEndpoint };
  return { id: session.projectId, outs: { ...inputs, ...identity } };
}

/** The same cloud under another name, or at another port of loopback. */
export async function update(
  _id: string,
  olds: WithDoor<StackCloudOutputs>,
  news: WithDoor<StackCloudInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  const inputs = withoutDoor(news);
  const session = await presentSession(inputs);
  requireSameCloud(olds, session);
  return { outs: { ...inputs, projectId: olds.projectId, endpoint: session.imageEndpoint } };
}

/** Fails with credentials of another cloud, where every image would seem to be gone. */
export async function read(id: string, state: WithDoor<StackCloudOutputs>): Promise<pulumi.dynamic.ReadResult> {
  const outputs = withoutDoor(state);
  requireSameCloud(outputs, await presentSession(outputs));
  return { id, props: outputs };
}

/** Touches nothing in the cloud; it only does not let a stack go with credentials of another one. */
async function remove(_id: string, state: WithDoor<StackCloudOutputs>): Promise<void> {
  const outputs = withoutDoor(state);
  requireSameCloud(outputs, await presentSession(outputs));
}
export { remove as delete };

function identityOf({ projectId, endpoint }: Partial<StackCloudInputs>): CloudIdentity | undefined {
  return projectId === undefined || endpoint === undefined ? undefined : { projectId, endpoint };
}
