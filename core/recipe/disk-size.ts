import { IronicImagesError } from "../errors.ts";
import type { UserImage } from "./model.ts";

const gibibyte = 2 ** 30;

/**
 * Glance's `min_disk` of a user image, GiB: what the stack or recipe says, else the size of its disk, rounded up. qemu-img and Glance alike would
 * let a file of some KiB have a disk of exabytes, which Ironic's conductor unpacks.
 *
 * @param virtualSize bytes of the disk
 * @throws IronicImagesError `image-too-large`, `min-disk-too-small`, with the config key
 */
export function minimumDisk(
  { key, minDiskGiB, maxVirtualSizeGiB }: Pick<UserImage, "key" | "minDiskGiB" | "maxVirtualSizeGiB">,
  virtualSize: number,
): number {
  const needed = Math.ceil(virtualSize / gibibyte);
  if (virtualSize > maxVirtualSizeGiB * gibibyte) {
    throw new IronicImagesError(
      "image-too-large",
      `userImages.${key}: the image's disk has ${needed} GiB, and maxVirtualSizeGiB is ${maxVirtualSizeGiB}; nothing was registered. Make the disk smaller, or raise maxVirtualSizeGiB`,
    );
  }
  if (minDiskGiB === undefined || minDiskGiB >= needed) return minDiskGiB ?? needed;
  throw new IronicImagesError(
    "min-disk-too-small",
    `userImages.${key}: minDiskGiB is ${minDiskGiB}, and the image's disk has ${needed} GiB, so it would be offered to nodes that it does not fit; nothing was registered. Raise minDiskGiB, or leave it out`,
  );
}
