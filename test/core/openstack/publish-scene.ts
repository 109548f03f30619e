import type { TestContext } from "node:test";
import { glanceClient, type Visibility } from "../../../core/openstack/glance.ts";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import { readOwned, type OwnedFields } from "../../../core/openstack/owned-fields.ts";
import { publishImages, type PublicationWanted, type PublishedImage } from "../../../core/openstack/publish.ts";
import type { TestCloud } from "../../support/cloud.ts";
import { startFront, type Fault, type Recorded } from "./front.ts";
import { uploads, type Uploads } from "./uploads.ts";
import { variant } from "./variant.ts";

/** Images in the real Glance behind a front that records and injects faults, and a second user who looks. */
export interface PublishScene {
  readonly session: Session;
  /** The second user's project. */
  readonly otherProject: string;
  readonly images: Uploads;
  readonly triple: PublishedImage[];
  /** What went through to Glance as PATCH: role and visibility. */
  patches(): string[];
  /** All that was asked of Glance. */
  readonly requests: readonly Recorded[];
  publish(visibility: Visibility, images?: readonly PublishedImage[], more?: Partial<PublicationWanted>): Promise<void>;
  /** What Glance has of the fields that Publication owns. */
  fields(images?: readonly PublishedImage[]): Promise<(OwnedFields | undefined)[]>;
  /** Visibility as the owner sees it, in the order of the triple. */
  visibilities(): Promise<(string | undefined)[]>;
  /** Which images a user of another project sees, in the order of the triple. */
  seenByOther(): Promise<boolean[]>;
}

/** Makes the scene; all of it goes when the test ends. */
export async function publishScene(
  t: TestContext,
  cloud: TestCloud,
  fault?: (request: Recorded, earlier: number) => Fault | undefined,
): Promise<PublishScene> {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const otherSession = await authenticate(await variant(t, cloud.cloudsFile, "other"));
  const other = glanceClient(otherSession);
  const images = uploads(session);
  t.after(images.clean);
  const triple = await images.triple();
  const front = await startFront(session.imageEndpoint, fault);
  t.after(front.stop);
  const through: Session = { ...session, imageEndpoint: front.url };
  const owner = glanceClient(session);
  return {
    session,
    otherProject: otherSession.projectId,
    images,
    triple,
    patches: () =>
      front.requests
        .filter(({ method }) => method === "PATCH")
        .map(({ path, body }) => {
          const role = triple.find(({ id }) => path.endsWith(id))?.role;
          return `${role} ${(JSON.parse(body) as { value: string }[])[0]?.value}`;
        }),
    requests: front.requests,
    publish: (visibility, expected = triple, more = {}) =>
      publishImages(glanceClient(through), { images: expected, visibility, ...more }),
    fields: (expected = triple) => Promise.all(expected.map(async ({ id }) => (await readOwned(owner, id))?.fields)),
    visibilities: async () =>
      (await Promise.all(triple.map(({ id }) => owner.get(id)))).map((image) => image?.visibility),
    seenByOther: async () =>
      (await Promise.all(triple.map(({ id }) => other.get(id)))).map((image) => image !== undefined),
  };
}
