import { isDeepStrictEqual } from "node:util";
import type { GlanceImage } from "../../core/openstack/glance.ts";
import type { OwnedFields } from "../../core/openstack/owned-fields.ts";
import type { PublicationInputs } from "./inputs.ts";

/** An image as Glance has it; undefined if it is gone. */
export type FoundImage = { readonly record: GlanceImage; readonly fields: OwnedFields } | undefined;

/** Inputs as Glance has them; `status` says what no input can: `deactivated`, `gone`. */
export type FoundInputs = PublicationInputs & {
  readonly images: readonly (PublicationInputs["images"][number] & { readonly status?: string })[];
};

/**
 * The inputs, with what Glance has in place of what was asked for, so that the next preview shows every difference.
 * What all images share is that of the first image that differs.
 *
 * @param found in the order of the inputs' images
 */
export function withDrift(inputs: PublicationInputs, found: readonly FoundImage[]): FoundInputs {
  const { visibility, members, protected: isProtected, images, ...rest } = inputs;
  const there = found.flatMap((image) => (image === undefined ? [] : [image.fields]));
  const wanted = { visibility, members: members?.toSorted() ?? [], protected: isProtected === true };
  const differing = <K extends keyof typeof wanted>(name: K, among = there) =>
    among.find((fields) => !isDeepStrictEqual(fields[name], wanted[name]))?.[name];
  // Of an image that is not shared Glance tells no members.
  const shared = there.filter((fields) => fields.visibility === "shared");
  const foundMembers = differing("members", shared) ?? members;
  const foundProtected = differing("protected") ?? wanted.protected;
  return {
    ...rest,
    visibility: differing("visibility") ?? visibility,
    ...(foundMembers === undefined ? {} : { members: [...foundMembers] }),
    ...(foundProtected ? { protected: true as const } : {}),
    images: images.map((image, index) => withImageDrift(image, found[index])),
  };
}

function withImageDrift(image: PublicationInputs["images"][number], found: FoundImage): FoundInputs["images"][number] {
  if (found === undefined) return { ...image, status: "gone" };
  const { properties: wanted, hidden: _hidden, ...rest } = image;
  const { hidden, properties } = found.fields;
  const { status } = found.record;
  return {
    ...rest,
    ...(wanted === undefined && Object.keys(properties).length === 0 ? {} : { properties }),
    ...(hidden === true ? { hidden } : {}),
    ...(status === "active" ? {} : { status }),
  };
}
