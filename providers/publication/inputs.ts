import { z } from "zod";
import { visibilities } from "../../core/openstack/glance.ts";
import { isOwnedProperty } from "../../core/openstack/owned-fields.ts";
import { failuresOf } from "../failures.ts";

// What the SDK hands to a provider in previews where a value is not known yet (`unknownValue` of its runtime/rpc).
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const image = z.strictObject({
  role: z.enum(["kernel", "ramdisk", "image"]),
  id: z.string().min(1),
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits"),
  sha512: z.string().regex(/^[0-9a-f]{128}$/, "must be 128 hex digits"),
  md5: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "must be 32 hex digits")
    .exactOptional(),
  diskFormat: z.string().min(1),
  containerFormat: z.string().min(1),
  properties: z.record(z.string().refine(isOwnedProperty, "is not for Publication"), z.string()).exactOptional(),
  hidden: z.literal(true).exactOptional(),
});

const inputs = z.strictObject({
  images: z
    .array(image)
    .refine(isWhole, "must be one image, or kernel, ramdisk and, of a user image, image in this order"),
  visibility: z.enum(visibilities),
  members: z.array(z.string().min(1)).exactOptional(),
  protected: z.literal(true).exactOptional(),
  keepPrevious: z.literal(true).exactOptional(),
  bootTest: z.string().min(1).exactOptional(),
  cloud: z.string().min(1).exactOptional(),
  region: z.string().min(1).exactOptional(),
  buildId: z.string().min(1),
  fingerprint: z.string().min(1),
});

/** The resolved inputs of a publication, `__provider` apart. */
export type PublicationInputs = z.infer<typeof inputs>;

/** What is wrong with inputs, by property path; what a preview does not know yet is right. */
export function inputFailures(candidate: unknown): { property: string; reason: string }[] {
  const issues = inputs.safeParse(candidate).error?.issues;
  return failuresOf(issues?.filter(({ path }) => !isUnknown(candidate, path)));
}

function isWhole(images: readonly { role: string }[]): boolean {
  const roles = images.map(({ role }) => role).join();
  return ["image", "kernel,ramdisk,image", "kernel,ramdisk"].includes(roles);
}

function isUnknown(candidate: unknown, path: readonly PropertyKey[]): boolean {
  let value = candidate;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return value === unknownValue;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value === unknownValue;
}
