import type * as pulumi from "@pulumi/pulumi";
import { randomUUID } from "node:crypto";
import { glanceClient } from "../../core/openstack/glance.ts";
import { requireSameCloud, type CloudIdentity } from "../../core/openstack/identity.ts";
import type { Session } from "../../core/openstack/keystone.ts";
import { readOwned } from "../../core/openstack/owned-fields.ts";
import { publishImages, unprotectImages } from "../../core/openstack/publish.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
import { presentSession, type RecordedCloud } from "../present-session.ts";
import { withDrift } from "./drift.ts";
import { inputFailures, type PublicationInputs } from "./inputs.ts";

/** What state holds of a publication: its inputs, and where it was made. */
export type PublicationOutputs = PublicationInputs & {
  readonly imageId?: string;
  readonly kernelId?: string;
  readonly ramdiskId?: string;
  /** Project of the credentials that published. */
  readonly projectId: string;
  /** Glance's address. */
  readonly endpoint: string;
};

export { configure } from "../stack-config.ts";

/** Guards the inputs; the program has validated the configuration already. Reaches for no network. */
export async function check(_olds: unknown, news: WithDoor<PublicationInputs>): Promise<pulumi.dynamic.CheckResult> {
  const failures = inputFailures(withoutDoor(news));
  return failures.length > 0 ? { failures } : { inputs: news };
}

/** Publishes. The id is the publication's own and stays when images are replaced under it. */
export async function create(news: WithDoor<PublicationInputs>): Promise<pulumi.dynamic.CreateResult> {
  return { id: randomUUID(), outs: await publish(withoutDoor(news)) };
}

/** Publishes anew: other images, other fields of them, or what somebody changed behind our back. No bytes move. */
export async function update(
  _id: string,
  olds: WithDoor<PublicationOutputs>,
  news: WithDoor<PublicationInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  return { outs: await publish(withoutDoor(news), withoutDoor(olds)) };
}

/** What Glance has of all that is published here; without an id once none of the images is left. */
export async function read(id: string, state: WithDoor<PublicationOutputs>): Promise<pulumi.dynamic.ReadResult> {
  const outputs = withoutDoor(state);
  const client = glanceClient(await ownSession(outputs, outputs));
  const found = await Promise.all(outputs.images.map((image) => readOwned(client, image.id)));
  if (found.every((image) => image === undefined)) return { id: "", props: {} };
  const { imageId, kernelId, ramdiskId, projectId, endpoint, ...inputs } = outputs;
  const drifted = withDrift(inputs, found);
  const ids = Object.fromEntries(Object.entries({ imageId, kernelId, ramdiskId }).filter(([, value]) => value));
  return { id, props: { ...drifted, ...ids, projectId, endpoint }, inputs: drifted };
}

/**
 * Makes the images ready for their deletion by `images.Image`, which comes next: unprotected, and else as they are. Making
 * them private first would take a live triple from its users whenever that deletion fails. Images that stay keep everything.
 */
async function remove(_id: string, state: WithDoor<PublicationOutputs>): Promise<void> {
  const outputs = withoutDoor(state);
  const { keepPrevious, images, protected: isProtected } = outputs;
  const session = await ownSession(outputs, outputs);
  if (keepPrevious !== true) {
    if (isProtected === true) await unprotectImages(glanceClient(session), images);
    return;
  }
  const ids = images.map(({ role, id }) => `${role} ${id}`).join(", ");
  const option = isProtected === true ? " --unprotect" : "";
  // A provider that destroys is not told the stack's name.
  console.log(
    `stays in Glance, because of keepPrevious: ${ids}; npm run prune -- --stack <this stack>${option} removes it`,
  );
}
export { remove as delete };

async function publish(inputs: PublicationInputs, olds?: PublicationOutputs): Promise<PublicationOutputs> {
  const session = await ownSession(inputs, olds);
  const ids = new Set(inputs.images.map(({ id }) => id));
  await publishImages(glanceClient(session), {
    ...inputs,
    replaced: (olds?.images ?? []).filter(({ id }) => !ids.has(id)),
    // As a deletion obeys what the state says of the old image.
    keepReplaced: olds?.keepPrevious === true,
  });
  return { ...inputs, ...imageIds(inputs), projectId: session.projectId, endpoint: session.imageEndpoint };
}

// Refuses credentials that lead elsewhere than those that published: there the images would count as deleted.
async function ownSession(inputs: RecordedCloud, recorded: Partial<CloudIdentity> = {}): Promise<Session> {
  const session = await presentSession(inputs);
  requireSameCloud(recorded, session);
  return session;
}

function imageIds({ images }: PublicationInputs): Pick<PublicationOutputs, "imageId" | "kernelId" | "ramdiskId"> {
  const ids = Object.fromEntries(images.map(({ role, id }) => [`${role}Id`, id]));
  return ids as Pick<PublicationOutputs, "imageId" | "kernelId" | "ramdiskId">;
}
