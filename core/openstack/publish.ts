import type { ArtifactFileRole } from "../artifacts/record.ts";
import { IronicImagesError } from "../errors.ts";
import type { GlanceClient, Visibility } from "./glance.ts";
import { readOwned, type OwnedFields } from "./owned-fields.ts";
import { publicationSteps, type PlannedImage } from "./publication-steps.ts";
import { takeSteps } from "./take-steps.ts";
import { verifyImage, type ExpectedImage } from "./verify.ts";

/** An image in Glance. */
export interface ImageInGlance {
  readonly id: string;
  readonly role: ArtifactFileRole;
}

/** An image, the bytes that it must hold, and what it alone shall have of the fields that Publication owns. */
export interface PublishedImage extends ImageInGlance, ExpectedImage {
  /** All `os_*` properties that it shall have. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Whether lists leave it out; by its id it stays as visible as it is. */
  readonly hidden?: boolean;
}

/** How images are published. */
export interface PublicationWanted {
  /** Kernel, ramdisk, image: those of them that there are, in this order. */
  readonly images: readonly PublishedImage[];
  readonly visibility: Visibility;
  /** Ids of projects that a shared image is shared with. */
  readonly members?: readonly string[];
  readonly protected?: boolean;
  /** What they take the place of, in the same order. It is hidden, and those that are deleted next are unprotected. */
  readonly replaced?: readonly ImageInGlance[];
  /** Whether the replaced images stay in Glance. */
  readonly keepReplaced?: boolean;
}

/**
 * Reads every image back, and publishes all of them if all of them hold what was built; else none.
 *
 * @throws IronicImagesError `image-not-as-built`, `image-deactivated` (nothing was changed), `publish-failed` (what was changed is put back)
 */
export async function publishImages(client: GlanceClient, wanted: PublicationWanted): Promise<void> {
  const found = await Promise.all(wanted.images.map(({ id }) => readOwned(client, id)));
  requireAsBuilt(wanted.images.map((image, index) => ({ image, record: found[index]?.record })));
  const images = wanted.images.flatMap((image, index) => {
    const from = found[index]?.fields;
    return from === undefined ? [] : [planned(image, from, wantedFields(image, from, wanted))];
  });
  const replaced = await Promise.all((wanted.replaced ?? []).map((image) => plannedReplaced(client, image, wanted)));
  // One that is deleted already needs nothing.
  await takeSteps(
    client,
    publicationSteps(
      images,
      replaced.filter((image) => image !== undefined),
    ),
  );
}

/** Takes protection away from images that are deleted next; one that is gone already is no error. */
export async function unprotectImages(client: GlanceClient, images: readonly ImageInGlance[]): Promise<void> {
  for (const { id } of images) {
    const record = await client.get(id);
    if (record?.protected === true) await client.patch(id, [{ op: "replace", path: "/protected", value: false }]);
  }
}

async function plannedReplaced(
  client: GlanceClient,
  image: ImageInGlance,
  { keepReplaced = false }: PublicationWanted,
): Promise<PlannedImage | undefined> {
  const from = (await readOwned(client, image.id))?.fields;
  if (from === undefined) return undefined;
  const hidden = from.hidden === undefined ? {} : { hidden: true };
  return planned(image, from, { ...from, ...hidden, protected: keepReplaced && from.protected });
}

function wantedFields(image: PublishedImage, from: OwnedFields, wanted: PublicationWanted): OwnedFields {
  const { visibility, members = [], protected: isProtected = false } = wanted;
  const { hidden = false, properties = {} } = image;
  return {
    visibility,
    members: visibility === "shared" ? members.toSorted() : [],
    // A Glance that cannot hide has nothing to unhide.
    ...(hidden || from.hidden !== undefined ? { hidden } : {}),
    protected: isProtected,
    properties,
  };
}

function planned({ id, role }: ImageInGlance, from: OwnedFields, to: OwnedFields): PlannedImage {
  return { id, role, from, to };
}

interface ReadBack {
  readonly image: PublishedImage;
  readonly record: Parameters<typeof verifyImage>[1] | undefined;
}

function requireAsBuilt(images: readonly ReadBack[]): void {
  const deactivated = images.filter(({ record }) => record?.status === "deactivated");
  const mismatches = images.flatMap(mismatchLines);
  if (mismatches.length === 0) return;
  // Only that: another difference would still be there after it is activated.
  if (deactivated.length === mismatches.length) {
    const ids = deactivated.map(({ image: { role, id } }) => `${role} ${id}`).join(", ");
    throw new IronicImagesError(
      "image-deactivated",
      `an administrator deactivated ${ids}, so Glance gives its bytes to nobody; nothing was changed`,
      "find out why; then openstack image set --activate ID, or replace the image (pulumi up --replace URN)",
    );
  }
  throw new IronicImagesError(
    "image-not-as-built",
    "Glance does not hold what was built, so nothing was made visible; replace the image (pulumi up --replace URN)",
    mismatches.join("\n"),
  );
}

function mismatchLines({ image, record }: ReadBack): string[] {
  const name = `${image.role} ${image.id}`;
  if (record === undefined) return [`${name}: is not there`];
  return verifyImage(image, record).map(
    ({ field, expected, found }) => `${name}: ${field}: expected ${expected}, found ${found}`,
  );
}
