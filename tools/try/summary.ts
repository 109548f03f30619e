import { artifactPath } from "../../core/artifacts/names.ts";
import type { BootResult } from "../../core/boot/boot.ts";
import type { TriedBuild } from "./build.ts";

type Booted = Pick<BootResult, "booted" | "accelerator" | "why" | "seconds">;

/** The closing line: which file, how big, how long it took, and whether it boots. */
export function summary({ record, built }: TriedBuild, boot: Booted | undefined): string {
  const { image } = record.files;
  const took = built ? `built in ${seconds(record.seconds["total"] ?? 0)}` : `built before, at ${record.builtAt}`;
  return [
    `${artifactPath(record.name, record.fingerprint)}/${image?.name ?? ""}`,
    `${Math.round((image?.size ?? 0) / 1024 / 1024)} MiB`,
    took,
    bootText(boot),
  ].join(", ");
}

function bootText(boot: Booted | undefined): string {
  if (boot === undefined) return "not tried to boot";
  const { booted, accelerator, why = "" } = boot;
  return booted
    ? `booted in ${seconds(boot.seconds)} (${accelerator})`
    : `NOT BOOTED: ${why} (${accelerator}, after ${seconds(boot.seconds)})`;
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}
