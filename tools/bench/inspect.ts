import { open, stat } from "node:fs/promises";
import { execa } from "execa";
import { fileSource } from "../../core/inspect/byte-source.ts";
import { inspectDiskImage } from "../../core/inspect/disk-image.ts";
import { projectDirectory } from "../paths.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { largestImage, largestRamdisk, makeImage, makeRamdisk } from "./inspect-samples.ts";
import { inPairs, milliseconds } from "./pairs.ts";
import type { Row } from "./result.ts";
import { runClient } from "./run-client.ts";

/** What is measured. */
export interface Inspection {
  /** Project whose store has the artifacts; where it has none, files of `size` bytes are made. */
  readonly project: string;
  readonly size: number;
}

/** The largest artifacts of this project. */
export const wholeInspection: Inspection = { project: projectDirectory, size: 350 * 2 ** 20 };

/** Most that the header rules may take and read, and the content pass in times of the tool that only unpacks. */
const targets = { milliseconds: 5, kibibytes: 4096, ratio: 1.5 };

/** The header rules on the largest image, and the content pass on the largest ramdisks against gzip and zstd. */
export function inspectBench(inspection: Inspection): Bench {
  return {
    title: "inspection: header rules of an image, content rules of a ramdisk",
    pairs: 7,
    async run(context) {
      return { rows: [...(await headerRows(inspection, context)), ...(await contentRows(inspection, context))] };
    },
  };
}

/** The first look at a file is left out: Node compiles what it runs then. */
async function headerRows({ project, size }: Inspection, { scratch, pairs }: BenchContext): Promise<Row[]> {
  const image = (await largestImage(project)) ?? (await makeImage(scratch, size));
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round <= pairs; round++) {
    const handle = await open(image);
    try {
      const source = await fileSource(handle);
      const start = performance.now();
      await inspectDiskImage(source, { kind: "partition", diskFormat: "qcow2", allowLuks: false });
      times.push(performance.now() - start);
      bytes = source.bytesRead;
    } finally {
      await handle.close();
    }
  }
  const what = `header rules, qcow2 of ${await mebibytes(image)} MiB`;
  return [
    { what, unit: "ms", ours: times.slice(1), compare: "value", target: targets.milliseconds },
    {
      what: `${what}, read`,
      unit: "KiB",
      ours: [Math.ceil(bytes / 1024)],
      compare: "value",
      target: targets.kibibytes,
    },
  ];
}

async function contentRows({ project, size }: Inspection, context: BenchContext): Promise<Row[]> {
  const { scratch, pairs, signal, say } = context;
  const rows: Row[] = [];
  for (const tool of ["gzip", "zstd"] as const) {
    const ramdisk = (await largestRamdisk(project, tool)) ?? (await makeRamdisk(scratch, tool, size));
    const pair = {
      // Our clock, in a process that did nothing before: as it is in a build.
      ours: async () => Number(await runClient("inspect", [ramdisk], { signal })),
      plain: () => milliseconds(() => execa(tool, ["-dc", ramdisk], { stdout: "ignore", cancelSignal: signal })),
    };
    const { ours, plain } = await inPairs(pairs, pair, (text) => say(`${tool}, ${text}`));
    rows.push({
      what: `content rules, ramdisk of ${await mebibytes(ramdisk)} MiB`,
      unit: "ms",
      ours,
      plain: { tool: `${tool} -dc`, figures: plain },
      compare: "ratio",
      target: targets.ratio,
    });
  }
  return rows;
}

async function mebibytes(path: string): Promise<number> {
  const { size } = await stat(path);
  return Math.round(size / 2 ** 20);
}
