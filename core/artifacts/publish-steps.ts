import { channel } from "node:diagnostics_channel";

/**
 * What every publishing of a new artifact does, in this order; each is told when it is done. A process that dies right after any
 * of them leaves either no artifact or a whole one.
 *
 * - `closed`: the directory is closed to other users
 * - `settled`: its files have their final modes
 * - `described`: every byte was inspected and hashed
 * - `stamped`: the stamp is written
 * - `synced`: every file and every directory below is on the disk
 * - `record-written`: the record is on the disk, under a temporary name
 * - `record-named`: the record has its name
 * - `directory-synced`: the directory's own entries are on the disk
 * - `locked`: nobody else publishes now
 * - `renamed`: the artifact has its name
 * - `published`: the name is on the disk
 */
export const publishSteps = [
  "closed",
  "settled",
  "described",
  "stamped",
  "synced",
  "record-written",
  "record-named",
  "directory-synced",
  "locked",
  "renamed",
  "published",
] as const;

/** Steps of some publishings only: between `locked` and `renamed` a damaged artifact is set aside, or instead of both a whole one is kept. */
export const rarePublishSteps = ["set-aside", "existing-kept"] as const;

/** One of all steps. */
export type PublishStep = (typeof publishSteps)[number] | (typeof rarePublishSteps)[number];

/**
 * Channel of node:diagnostics_channel on which steps are told, as {@link PublishStepMessage}. The program itself never listens, so a step
 * cannot stop anything in production; a test loads a module that does into the process, with `node --import` or NODE_OPTIONS.
 */
export const publishStepsChannel = "ironic-images:publish-step";

/** What is told of a step. */
export interface PublishStepMessage {
  readonly step: PublishStep;
  /** Where the artifact lies or will lie, absolute. */
  readonly target: string;
}

const steps = channel(publishStepsChannel);

/** Tells whoever listens, before anything else happens, that a step is done. */
export function stepDone(step: PublishStep, target: string): void {
  steps.publish({ step, target } satisfies PublishStepMessage);
}
