import type * as pulumi from "@pulumi/pulumi";
import { randomUUID } from "node:crypto";
import { defaultPlaces, readCloud } from "../../core/openstack/clouds.ts";
import type { CloudsPlaces } from "../../core/openstack/clouds-files.ts";
import { glanceClient, type GlanceImage } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { publishImages } from "../../core/openstack/publish.ts";
import { withoutDoor, type WithDoor } from "../door.ts";
import "../end-with-engine.ts";
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

/** Guards the inputs; the program has validated the configuration already. Reaches for no network. */
export async function check(_olds: unknown, news: WithDoor<PublicationInputs>): Promise<pulumi.dynamic.CheckResult> {
  const failures = inputFailures(withoutDoor(news));
  return failures.length > 0 ? { failures } : { inputs: news };
}

/** Publishes. The id is the publication's own and stays when images are replaced under it. */
export async function create(news: WithDoor<PublicationInputs>): Promise<pulumi.dynamic.CreateResult> {
  return { id: randomUUID(), outs: await publish(withoutDoor(news)) };
}

/** Publishes anew: other images, another visibility, or the same images with a `kernel_id` patched since. */
export async function update(
  _id: string,
  _olds: unknown,
  news: WithDoor<PublicationInputs>,
): Promise<pulumi.dynamic.UpdateResult> {
  return { outs: await publish(withoutDoor(news)) };
}

/** Gone if an image is gone, so that the next `up` publishes again; else the visibility that the images have. */
export async function read(id: string, state: WithDoor<PublicationOutputs>): Promise<pulumi.dynamic.ReadResult> {
  const outputs = withoutDoor(state);
  const client = glanceClient(await authenticate(await readCloud(outputs.cloud, places(outputs))));
  const found = await Promise.all(outputs.images.map((image) => client.get(image.id)));
  if (found.includes(undefined)) return { id: "", props: {} };
  const drifted = (found as GlanceImage[]).find((image) => image.visibility !== outputs.visibility);
  const visibility = drifted?.visibility ?? outputs.visibility;
  const { imageId: _i, kernelId: _k, ramdiskId: _r, projectId: _p, endpoint: _e, ...inputs } = outputs;
  return { id, props: { ...outputs, visibility }, inputs: { ...inputs, visibility } };
}

/**
 * Says what stays in Glance. It does nothing to the images: they are of `images.Image`, which deletes them right afterwards
 * unless they are kept, and making them private first would take a live triple from its users whenever that then fails.
 */
async function remove(_id: string, state: WithDoor<PublicationOutputs>): Promise<void> {
  const { keepPrevious, images } = withoutDoor(state);
  if (keepPrevious !== true) return;
  const ids = images.map(({ role, id }) => `${role} ${id}`).join(", ");
  // A provider that destroys is not told the stack's name.
  console.log(`stays in Glance, because of keepPrevious: ${ids}; npm run prune -- --stack <this stack> removes it`);
}
export { remove as delete };

async function publish(inputs: PublicationInputs): Promise<PublicationOutputs> {
  const session = await authenticate(await readCloud(inputs.cloud, places(inputs)));
  await publishImages(glanceClient(session), inputs.images, inputs.visibility);
  return { ...inputs, ...imageIds(inputs), projectId: session.projectId, endpoint: session.imageEndpoint };
}

// A region of the configuration wins over any other, for the openstack plugin too.
function places({ region }: Pick<PublicationInputs, "region">): CloudsPlaces {
  const found = defaultPlaces();
  return region === undefined ? found : { ...found, environment: { ...found.environment, OS_REGION_NAME: region } };
}

function imageIds({ images }: PublicationInputs): Pick<PublicationOutputs, "imageId" | "kernelId" | "ramdiskId"> {
  const ids = Object.fromEntries(images.map(({ role, id }) => [`${role}Id`, id]));
  return ids as Pick<PublicationOutputs, "imageId" | "kernelId" | "ramdiskId">;
}
