import { IronicImagesError } from "../errors.ts";
import type { GlanceClient } from "../openstack/glance.ts";
import type { GlanceInventory } from "../openstack/glance-inventory.ts";
import type { PruneEntry } from "./plan.ts";
import { imageReferences } from "./references.ts";

/** What became of one image. */
export interface Removal {
  readonly entry: PruneEntry;
  /** `gone`: somebody else had deleted it. */
  readonly outcome: "deleted" | "gone" | "left";
  /** Why it was left; empty otherwise. */
  readonly why: string;
}

/** What removing asks of Glance. */
export type RemovingGlance = Pick<GlanceInventory, "delete"> & Pick<GlanceClient, "patch">;

/**
 * Deletes images one after the other, in the order given. What cannot be deleted is left, together with its kernel and its
 * ramdisk, and the others still go; once the cloud does not answer any more, all the rest is left.
 */
export async function removeImages(
  glance: RemovingGlance,
  entries: readonly PruneEntry[],
  onRemoval: (removal: Removal) => void = () => {},
): Promise<Removal[]> {
  const removals: Removal[] = [];
  let unreachable = "";
  for (const entry of entries) {
    const removal = await removed(entry);
    removals.push(removal);
    onRemoval(removal);
  }
  return removals;

  async function removed(entry: PruneEntry): Promise<Removal> {
    if (unreachable !== "") return { entry, outcome: "left", why: unreachable };
    const user = removals.find((removal) => removal.outcome === "left" && names(removal.entry, entry));
    if (user !== undefined)
      return { entry, outcome: "left", why: `image ${user.entry.image.id}, which names it, is still there` };
    try {
      return { entry, outcome: await unprotectAndDelete(glance, entry), why: "" };
    } catch (error) {
      if (!(error instanceof IronicImagesError)) throw error;
      if (error.code !== "glance-refused") unreachable = error.summary;
      return { entry, outcome: "left", why: error.summary };
    }
  }
}

// Only what the plan lists is unprotected, and only in the moment of its deletion: what is in use stays protected.
async function unprotectAndDelete(
  glance: RemovingGlance,
  { image: { id, protected: isProtected } }: PruneEntry,
): Promise<"deleted" | "gone"> {
  const protect = (value: boolean) => glance.patch(id, [{ op: "replace", path: "/protected", value }]);
  if (isProtected !== true) return await glance.delete(id);
  await protect(false);
  try {
    return await glance.delete(id);
  } catch (error) {
    await protect(true).catch(() => undefined);
    throw error;
  }
}

function names(one: PruneEntry, other: PruneEntry): boolean {
  const id = other.image.id.toLowerCase();
  return imageReferences([one.image]).some(({ imageId }) => imageId === id);
}
