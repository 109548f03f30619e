import { freeText, quoted } from "./text.ts";

// Properties that this program sets itself, on every image.
const owned = new Set(["kernel_id", "ramdisk_id", "img_type"]);

// Glance 33, glance/api/v2/images.py: attributes of an image and names that it keeps for itself; 400 or 403 as a property.
const glanceAttributes = new Set([
  "checksum",
  "container_format",
  "created_at",
  "deleted",
  "deleted_at",
  "direct_url",
  "disk_format",
  "file",
  "hidden",
  "id",
  "is_public",
  "location",
  "locations",
  "members",
  "min_disk",
  "min_ram",
  "name",
  "os_hash_algo",
  "os_hash_value",
  "os_hidden",
  "owner",
  "protected",
  "schema",
  "self",
  "size",
  "status",
  "store",
  "stores",
  "tags",
  "updated_at",
  "virtual_size",
  "visibility",
]);

/** What is wrong with one Glance property of a recipe or stack, or undefined. */
export function propertyProblem(name: string, value: string): string | undefined {
  if (name === "kernel_id" || name === "ramdisk_id") {
    return "this program sets it on partition images, and a whole-disk image with it would be taken for a partition image: leave it out";
  }
  if (owned.has(name) || name.startsWith("ironic_images_")) return "this program sets it: leave it out";
  if (name.startsWith("os_glance")) return "Glance keeps names with os_glance for itself: leave it out";
  if (glanceAttributes.has(name)) return "is an attribute of every image in Glance, not a property: leave it out";
  if (name.length === 0 || name.length > 255)
    return `a property's name has 1 to 255 characters, this one ${name.length}`;
  if (name === "__proto__" || !/^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(name))
    return "a property's name is letters, digits and _ . : -";
  if (value.length > 255) return `has ${value.length} characters, at most 255 are allowed`;
  // Control characters and text outside the basic plane: some clouds answer 500, others store something else. What cannot be seen is in no review.
  return /^[\u0020-\u007e\u00a0-\ud7ff\ue000-\uffff]*$/.test(value) && freeText.pattern.test(value)
    ? undefined
    : `${quoted(value)} has characters that Glance may refuse: write plain text`;
}
