import type { GlanceImage } from "./glance.ts";
import type { GlanceInventory } from "./glance-inventory.ts";

/** What all records of one image's uploads have in common, and nothing else in Glance has. */
export interface UploadedAs {
  /** Id of the OpenStack project that owns them. */
  readonly projectId: string;
  readonly name: string;
  readonly containerFormat: string;
  /** Properties that tell stack, key and build. */
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Every record that was made for such an upload, in whatever state it is. Glance's filter compares without regard to case on
 * some databases, so every field is compared again.
 *
 * @throws IronicImagesError `glance-refused`, `cloud-unreachable`
 */
export async function recordsOf(inventory: Pick<GlanceInventory, "list">, upload: UploadedAs): Promise<GlanceImage[]> {
  const { projectId, name, containerFormat, properties } = upload;
  const found = await inventory.list({ name, container_format: containerFormat, owner: projectId, ...properties });
  return found.filter(
    (image) =>
      image.owner === projectId &&
      image.name === name &&
      image.container_format === containerFormat &&
      Object.entries(properties).every(([key, value]) => image[key] === value),
  );
}

/**
 * What attempts of an upload have left: its records, but for those that were there before. A record is often left without
 * anybody knowing its id, because the answer to its creation was lost, or who asked for it was killed.
 *
 * @param before ids of the records that were there when the upload began; the engine's state may name them
 * @throws IronicImagesError `glance-refused`, `cloud-unreachable`
 */
export async function leftoversOf(
  inventory: Pick<GlanceInventory, "list">,
  upload: UploadedAs,
  before: ReadonlySet<string>,
): Promise<GlanceImage[]> {
  // A failed upload is private: what somebody has shared since is not ours to delete.
  return (await recordsOf(inventory, upload)).filter(({ id, visibility }) => {
    return !before.has(id) && visibility === "private";
  });
}

/**
 * Deletes what failed attempts of an upload have left. Only while no attempt runs.
 *
 * @param before as for {@link leftoversOf}
 * @returns ids that are gone now
 * @throws IronicImagesError `glance-refused`, `cloud-unreachable`; some may be left
 */
export async function removeLeftovers(
  inventory: GlanceInventory,
  upload: UploadedAs,
  before: ReadonlySet<string>,
): Promise<string[]> {
  const left = await leftoversOf(inventory, upload, before);
  for (const { id } of left) await inventory.delete(id);
  return left.map(({ id }) => id);
}
