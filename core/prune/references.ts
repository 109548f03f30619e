import type { GlanceImage } from "../openstack/glance.ts";
import type { BaremetalNode } from "../openstack/ironic.ts";
import { propertyOf } from "./origin.ts";

/** Somebody names an image. */
export interface Reference {
  /** The image that is named. */
  readonly imageId: string;
  readonly by: { readonly kind: "node" | "image"; readonly id: string; readonly name: string };
  /** Where it is named, e.g. `driver_info.deploy_kernel` or `kernel_id`. */
  readonly field: string;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Every UUID in a text, in lower case. */
export function uuidsIn(text: string): string[] {
  return [...text.matchAll(uuid)].map(([found]) => found.toLowerCase());
}

/**
 * References in any text of `driver_info` and `instance_info`: bare UUIDs, `glance://UUID`, URLs. Not only in the keys that
 * Ironic reads today (`deploy_kernel`, `rescue_ramdisk`, `image_source` …): hardware types add their own.
 */
export function nodeReferences(nodes: readonly BaremetalNode[]): Reference[] {
  return nodes.flatMap(({ uuid: id, name, driver_info, instance_info }) =>
    textsIn({ driver_info, instance_info }, []).flatMap(({ path, text }) =>
      [...new Set(uuidsIn(text))].map((imageId) => ({
        imageId,
        by: { kind: "node" as const, id, name: name ?? "" },
        field: path.join("."),
      })),
    ),
  );
}

/** References in `kernel_id` and `ramdisk_id`, the two properties by which Ironic and Nova follow an image to others. */
export function imageReferences(images: readonly GlanceImage[]): Reference[] {
  return images.flatMap((image) =>
    ["kernel_id", "ramdisk_id"].flatMap((field) =>
      uuidsIn(propertyOf(image, field)).map((imageId) => ({
        imageId,
        by: { kind: "image" as const, id: image.id, name: image.name ?? "" },
        field,
      })),
    ),
  );
}

function textsIn(value: unknown, path: readonly string[]): { path: readonly string[]; text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...path, key]));
}
