import type * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../core/artifacts/record.ts";
import { isOwnedProperty } from "../core/openstack/owned-fields.ts";
import type { UserImage } from "../core/recipe/model.ts";

/** What every image that this program registers says of its origin. */
export interface Origin {
  readonly project: string;
  readonly stack: string;
  /** The image's key in the stack config. */
  readonly image: string;
  readonly fingerprint: string;
  readonly buildId: string;
}

/** One image of an artifact, as Glance shall have it. */
export interface ImageToRegister {
  readonly name: string;
  readonly path: pulumi.Input<string>;
  readonly properties: pulumi.Input<Record<string, string>>;
  /** Of a user image. */
  readonly diskFormat?: "qcow2" | "raw";
  readonly minDiskGiB?: pulumi.Input<number>;
  readonly minRamMiB?: number;
}

/** `img_type` is always said: without it Ironic guesses from the ids (`is_whole_disk_image` in ironic/common/images.py). */
export type ImageType = "partition" | "whole-disk";

/** Properties that tell stack, fingerprint and build of an image; equal on all images of a triple. */
export function originProperties(origin: Origin): Record<string, string> {
  return {
    ironic_images_project: origin.project,
    ironic_images_stack: origin.stack,
    ironic_images_image: origin.image,
    ironic_images_fingerprint: origin.fingerprint,
    ironic_images_build: origin.buildId,
  };
}

/** A person's properties that `images.Image` registers; the openstack plugin never changes those with `os_`. */
export function registeredProperties(own: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !isOwnedProperty(name)));
}

/** The others, which `Publication` sets, changes and removes. */
export function publishedProperties(own: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(own).filter(([name]) => isOwnedProperty(name)));
}

/** Formats that Glance and Ironic demand, per role ("Create and add images to the Image service"). */
export function glanceFormats(role: ArtifactFileRole, diskFormat: "qcow2" | "raw" = "raw") {
  const formats = {
    kernel: { diskFormat: "aki", containerFormat: "aki" },
    ramdisk: { diskFormat: "ari", containerFormat: "ari" },
    image: { diskFormat, containerFormat: "bare" },
  } as const;
  return formats[role];
}

/**
 * The full property map of a user image, but for what `Publication` owns: the provider keeps a property that is left out, so a
 * map is never partial.
 *
 * @param ids of kernel and ramdisk; for partition images only, a whole-disk image never has them
 */
export function userImageProperties(
  origin: Origin,
  type: ImageType,
  own: Readonly<Record<string, string>>,
  ids?: { readonly kernelId: string; readonly ramdiskId: string },
): Record<string, string> {
  const wiring =
    type === "partition" && ids !== undefined ? { kernel_id: ids.kernelId, ramdisk_id: ids.ramdiskId } : {};
  return { ...registeredProperties(own), ...originProperties(origin), img_type: type, ...wiring };
}

/** A user image for Glance: its file, the full map of its properties, and the minimums that Nova goes by. */
export function userImageToRegister(
  image: UserImage,
  path: pulumi.Input<string>,
  minDiskGiB: pulumi.Input<number>,
  properties: pulumi.Input<Record<string, string>>,
): ImageToRegister {
  const { name, minRamMiB } = image;
  return {
    name,
    path,
    properties,
    diskFormat: image.content.diskFormat,
    minDiskGiB,
    ...(minRamMiB === undefined ? {} : { minRamMiB }),
  };
}
