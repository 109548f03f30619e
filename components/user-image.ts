import type * as pulumi from "@pulumi/pulumi";
import type { UserImage } from "../core/recipe/model.ts";
import { PartitionImage } from "./partition-image.ts";
import { WholeDiskImage } from "./whole-disk-image.ts";

/** The component for an image's kind; the kind is what the recipe says, never guessed from its elements. */
export function userImage(image: UserImage, opts?: pulumi.ComponentResourceOptions): PartitionImage | WholeDiskImage {
  const { kernelName, ramdiskName } = image;
  if (kernelName === undefined || ramdiskName === undefined) return new WholeDiskImage(image, opts);
  return new PartitionImage({ ...image, kernelName, ramdiskName }, opts);
}
