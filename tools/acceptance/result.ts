import type { Accelerator } from "../../core/boot/command.ts";
import { textTable } from "../text.ts";
import type { NodeFirmware } from "./new-node.ts";
import type { Stage } from "./outcome.ts";

/** What the JSON file of an acceptance holds. */
export interface AcceptanceResult {
  /** As Pulumi takes it. */
  readonly stack: string;
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly images: readonly ImageResult[];
}

/** What an acceptance says of one image. */
export interface ImageResult {
  /** Its name in the stack's file. */
  readonly image: string;
  readonly imageId: string;
  readonly kind: "partition" | "whole-disk";
  /** Unknown if Ironic never had the image ready. */
  readonly firmware?: NodeFirmware;
  readonly quick: "passed" | "failed";
  readonly quickSeconds: number;
  /** `skipped`: this machine cannot do it, `why` says what it lacks. */
  readonly full: "passed" | "failed" | "skipped" | "not asked";
  readonly why?: string;
  /** What the machine ran on: of the processor's own virtualization, or emulated, which takes ten times as long. */
  readonly accelerator?: Accelerator;
  /** From the request to `active`. */
  readonly deploySeconds?: number;
  /** From power-on to the login prompt. */
  readonly bootSeconds?: number;
  readonly verdict: "accepted" | "refused";
  readonly failure?: Failure;
}

export interface Failure {
  readonly stage: Stage;
  /** In the words of whoever said it. */
  readonly why: string;
  /** For the operator. */
  readonly meaning: string;
  /** Directory of the logs. */
  readonly logs: string;
}

/** The results as a table for a terminal, and a paragraph for each image that is refused. */
export function resultText(results: readonly ImageResult[]): string {
  const rows = results.map((result) => [
    result.image,
    result.kind,
    result.firmware ?? "-",
    `${result.quick} (${seconds(result.quickSeconds)})`,
    result.deploySeconds === undefined ? result.full : seconds(result.deploySeconds),
    result.bootSeconds === undefined && result.deploySeconds !== undefined ? "failed" : seconds(result.bootSeconds),
    result.verdict,
  ]);
  const table = textTable([["IMAGE", "KIND", "FIRMWARE", "QUICK", "DEPLOY", "BOOT", "VERDICT"], ...rows]);
  const skipped = results.flatMap(({ image, why }) =>
    why === undefined ? [] : [`${image}: full part skipped: ${why}`],
  );
  const refused = results.flatMap(({ image, failure }) => (failure === undefined ? [] : [paragraph(image, failure)]));
  return [table, ...skipped, ...refused].join("\n\n");
}

function paragraph(image: string, { stage, why, meaning, logs }: Failure): string {
  return `${image} is refused. ${meaning}.\n  ${stage}: ${why.trim().replaceAll("\n", "\n  ")}\n  logs: ${logs}`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? "-" : `${Math.round(value)} s`;
}
