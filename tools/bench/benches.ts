import type { Bench } from "./bench.ts";
import { buildBench } from "./builds.ts";
import { checkBench } from "./check.ts";
import { downloadBench, wholeDownload } from "./download.ts";
import { ingestBench } from "./ingest.ts";
import { inspectBench, wholeInspection } from "./inspect.ts";
import { memoryBench } from "./memory.ts";
import { previewBench } from "./preview.ts";
import { publishBench } from "./publish.ts";
import { startBench } from "./start.ts";
import { upBench } from "./up.ts";

const recipes = { partition: "debian-minimal-partition", wholeDisk: "debian-minimal-whole-disk" };
/** Of the Debian image that the recipes build, about. */
export const imageBytes = 350_000_000;

/** Builds as diskimage-builder does them by itself. */
const withoutLevers = {
  settings: { suppressSync: false, baseRootDays: 0, keepPackages: false },
  overlay: { deferInitramfs: false },
};

/** All measurements, in the order of the table. */
export const benches: Readonly<Record<string, Bench>> = {
  cold: buildBench({
    title: "Debian partition image, default settings, cold cache",
    recipe: recipes.partition,
    plain: "as documented",
    compare: { compare: "ratio", target: 0.65 },
  }),
  warm: buildBench({
    title: "the same recipe with one element changed, warm cache",
    recipe: recipes.partition,
    warm: true,
    plain: "as documented",
    compare: { compare: "ratio", target: 0.45 },
  }),
  overhead: buildBench({
    title: "our job with identical arguments and caches, no levers",
    recipe: recipes.partition,
    warm: true,
    ...withoutLevers,
    plain: "as ours",
    compare: { compare: "difference", target: 2 },
  }),
  "whole-disk": buildBench({
    title: "Debian whole-disk image, default settings, cold cache",
    recipe: recipes.wholeDisk,
    plain: "as documented",
    compare: { compare: "ratio", target: 0.65 },
  }),
  up: upBench,
  preview: previewBench([1, 10, 50, 200]),
  check: checkBench({ elements: 20, files: 100 }),
  ingest: ingestBench(imageBytes),
  publish: publishBench(imageBytes),
  memory: memoryBench(50),
  start: startBench,
  download: downloadBench(wholeDownload),
  inspect: inspectBench(wholeInspection),
};
