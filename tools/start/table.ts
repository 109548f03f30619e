import type { RegisteredImage } from "./images.ts";

const titles = ["image", "kind", "Glance id", "kernel id", "ramdisk id", "size", "status"] as const;

/** The registered images as a table for a terminal, in columns of equal width. */
export function imageTable(images: readonly RegisteredImage[]): string {
  const rows = images.map((image) => [
    image.name,
    image.kind,
    image.imageId,
    image.kernelId ?? "-",
    image.ramdiskId ?? "-",
    image.size === undefined ? "-" : `${(image.size / 1_000_000).toFixed(1)} MB`,
    image.status,
  ]);
  const all = [[...titles], ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
