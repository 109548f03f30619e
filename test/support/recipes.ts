/** Recipes that the real diskimage-builder builds in seconds: the `tiny` element makes a minimal root without a network. */
export const tinyPartition = {
  kind: "partition",
  distribution: "tiny",
  release: "1",
  elements: [],
  bootloader: "none",
} as const;

export const tinyWholeDisk = {
  kind: "whole-disk",
  distribution: "tiny",
  release: "1",
  elements: [],
  firmware: "bios",
} as const;
