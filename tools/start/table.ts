import { textTable } from "../text.ts";
import type { RegisteredImage } from "./images.ts";

const titles = ["image", "kind", "Glance id", "kernel id", "ramdisk id", "size", "status"] as const;

/** The registered images as a table for a terminal, in columns of equal width. */
export function imageTable(images: readonly RegisteredImage[]): string {
  const rows = images.map((image) => [
    image.name,
    image.kind,
    image.imageId ?? "-",
    image.kernelId ?? "-",
    image.ramdiskId ?? "-",
    image.size === undefined ? "-" : `${(image.size / 1_000_000).toFixed(1)} MB`,
    image.status,
  ]);
  return textTable([titles, ...rows]);
}
