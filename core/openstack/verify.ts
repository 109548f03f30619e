import type { GlanceImage } from "./glance.ts";

/** What was built, and must stand in Glance byte for byte. */
export interface ExpectedImage {
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  /** Hex. */
  readonly sha512: string;
  /** Hex; for a Glance that knows no `os_hash_value`. */
  readonly md5?: string;
  readonly diskFormat: string;
  readonly containerFormat: string;
}

/** The fields that are compared, by Glance's names, each with what upstream says of it. */
export const comparedFields = {
  status: "Images API v2, image statuses: only an active image has its data",
  size: "Glance makes an active image of size 0 of an empty upload",
  os_hash_value:
    "Glance, location.py `_upload_to_store`: computed of what goes to the store; an Ironic 39.0.0 deployed other bytes, so nobody compares it after us",
  os_hash_algo: "Glance, glance-api.conf hashing_algorithm, sha512 by default",
  checksum: "md5, for images and Glances from before os_hash_* (Glance 17, Rocky)",
  disk_format:
    "Glance, domain/__init__.py: it can be replaced in a queued image only; Ironic compares it with the bytes",
  container_format: "as disk_format; aki and ari are what Glance does not take for a disk",
} as const;

/** One field of the record that is not as expected. */
export interface ImageDifference {
  readonly field: keyof typeof comparedFields;
  readonly expected: string;
  readonly found: string;
}

/** Compares an image record with what was built; an empty list means that the image is ours and complete. */
export function verifyImage(expected: ExpectedImage, actual: GlanceImage): ImageDifference[] {
  const differences: ImageDifference[] = [];
  const compare = (field: ImageDifference["field"], wanted: string, found: unknown) => {
    if (found !== wanted) differences.push({ field, expected: wanted, found: String(found ?? "none") });
  };
  compare("status", "active", actual.status);
  compare("size", String(expected.size), actual.size === null ? null : String(actual.size));
  const digest = digestFor(expected, actual.os_hash_algo);
  // `os_hash_*` came with Glance 17 (Rocky); before it, and where an image is older, there is only the md5.
  const isOld = !actual.os_hash_algo && !actual.os_hash_value;
  if (digest !== undefined) compare("os_hash_value", digest.toLowerCase(), actual.os_hash_value?.toLowerCase());
  else if (isOld && expected.md5 !== undefined && actual.checksum)
    compare("checksum", expected.md5.toLowerCase(), actual.checksum.toLowerCase());
  else compare("os_hash_algo", "sha512 or sha256", actual.os_hash_algo);
  compare("disk_format", expected.diskFormat, actual.disk_format);
  compare("container_format", expected.containerFormat, actual.container_format);
  return differences;
}

// `hashing_algorithm` of glance-api.conf decides; its default is sha512.
function digestFor(expected: ExpectedImage, algorithm: string | null | undefined): string | undefined {
  if (algorithm === "sha512") return expected.sha512;
  if (algorithm === "sha256") return expected.sha256;
  return undefined;
}
