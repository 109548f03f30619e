/** Where an image failed. */
export type Stage =
  "missing" | "bytes" | "validate" | "prepare" | "boot-files" | "network-boot" | "write" | "boot" | "silence";

/** What came of one part for one image. */
export type Outcome =
  { readonly passed: true } | { readonly passed: false; readonly stage: Stage; readonly why: string };

export const passed: Outcome = { passed: true };

/** @param why in the words of whoever said it: Glance, Ironic, the agent, the guest */
export function failed(stage: Stage, why: string): Outcome {
  return { passed: false, stage, why };
}
