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

/** `build` of deploy images; needs the elements `tiny` and `ironic-python-agent-ramdisk` of the fixtures, which take no sources. */
export const tinyDeployBuild = {
  distribution: "tiny",
  release: "1",
  agent: { ref: "1" },
  requirements: { ref: "1" },
  simpleInit: { ref: "1" },
} as const;
