import { isDeepStrictEqual } from "node:util";
import type { ArtifactFileRole } from "../artifacts/record.ts";
import type { Visibility } from "./glance.ts";
import type { OwnedFields } from "./owned-fields.ts";

/** An image as it is, and as it shall be. */
export interface PlannedImage {
  readonly id: string;
  readonly role: ArtifactFileRole;
  readonly from: OwnedFields;
  readonly to: OwnedFields;
}

/** One change of one image; both sides have the same fields. */
export interface PublicationStep {
  readonly id: string;
  readonly role: ArtifactFileRole;
  readonly from: Partial<OwnedFields>;
  readonly to: Partial<OwnedFields>;
}

const reach: Record<Visibility, number> = { private: 0, shared: 1, community: 2, public: 3 };

/**
 * The changes in their order. Nobody else sees an image before its properties are right; no name stands for two images in
 * anybody's list, because what is replaced is hidden first; and what is protected is so only when nothing can fail any more.
 *
 * @param images kernel, ramdisk, image: those of them that there are, in this order
 * @param replaced images that these take the place of, in the same order
 */
export function publicationSteps(
  images: readonly PlannedImage[],
  replaced: readonly PlannedImage[] = [],
): PublicationStep[] {
  return [
    ...images.flatMap((image) => step(image, ["properties", "hidden"])),
    ...replaced.toReversed().flatMap((image) => step(image, ["hidden", "protected"])),
    ...accessSteps(images),
    ...images.flatMap((image) => step(image, ["protected"])),
  ];
}

/**
 * Who may see what: at no moment does a step put a user image further out of the reach of its kernel or ramdisk. So kernel and
 * ramdisk widen before the image and narrow after it, and the members of the image are the first to go and the last to come.
 */
export function accessSteps(images: readonly PlannedImage[]): PublicationStep[] {
  const steps: PublicationStep[] = [];
  const now = new Map(images.map(({ id, from }) => [id, from]));
  // Whoever was a member before an image was made public is one again when it is shared: their list is gone through anyway.
  const unsettled = new Set<string>();
  const current = ({ id, from }: PlannedImage) => now.get(id) ?? from;
  const isShared = (image: PlannedImage) => current(image).visibility === "shared";
  const move = (image: PlannedImage, to: Pick<OwnedFields, "visibility"> | Pick<OwnedFields, "members">) => {
    const { id, role } = image;
    const { visibility, members } = current(image);
    const from = "visibility" in to ? { visibility } : { members };
    if (isDeepStrictEqual(from, to) && !("members" in to && unsettled.has(id))) return;
    steps.push({ id, role, from, to });
    now.set(id, { ...image.from, ...("visibility" in to ? { members: [] } : { visibility }), ...to });
    unsettled.delete(id);
    if ("visibility" in to && to.visibility === "shared") unsettled.add(id);
  };
  const setMembers = (image: PlannedImage) => isShared(image) && move(image, { members: image.to.members });

  const [helpers, users] = [
    images.filter(({ role }) => role !== "image"),
    images.filter(({ role }) => role === "image"),
  ];
  for (const helper of helpers.filter(widens)) move(helper, { visibility: helper.to.visibility });
  for (const helper of helpers.filter((one) => isShared(one) && one.to.visibility === "shared"))
    move(helper, { members: [...new Set([...current(helper).members, ...helper.to.members])].toSorted() });
  for (const user of users) {
    const isBare = helpers.some((helper) => helper.to.visibility === "shared" && !isShared(helper));
    const staying = isBare ? [] : user.from.members.filter((id) => user.to.members.includes(id));
    if (isShared(user) && !widens(user)) move(user, { members: staying });
    move(user, { visibility: user.to.visibility });
  }
  for (const helper of helpers.toReversed()) {
    // Before it ceases to be shared: afterwards Glance does not let members go, and remembers them.
    setMembers(helper);
    move(helper, { visibility: helper.to.visibility });
  }
  for (const image of images) setMembers(image);
  return steps;
}

function widens({ from, to }: PlannedImage): boolean {
  return reach[to.visibility] > reach[from.visibility];
}

function step({ id, role, from, to }: PlannedImage, names: readonly (keyof OwnedFields)[]): PublicationStep[] {
  const changed = names.filter((name) => !isDeepStrictEqual(from[name], to[name]));
  const side = (fields: OwnedFields) => Object.fromEntries(changed.map((name) => [name, fields[name]]));
  return changed.length === 0 ? [] : [{ id, role, from: side(from), to: side(to) }];
}
