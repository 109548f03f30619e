import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import tmp from "tmp";
import { fileSource } from "../../core/inspect/byte-source.ts";
import { inspectDiskImage } from "../../core/inspect/disk-image.ts";
import { projectDirectory } from "../paths.ts";
import { textTable } from "../text.ts";
import { largestImage, largestRamdisk, makeImage, makeRamdisk } from "./inspect-samples.ts";
import { median } from "./statistics.ts";

/** What is measured, and how often. */
export interface InspectBench {
  /** Project whose store has the artifacts; where it has none, files of `size` bytes are made. */
  readonly project: string;
  readonly size: number;
  readonly rounds: number;
}

/** The largest artifacts of this project. */
export const wholeInspectBench: InspectBench = { project: projectDirectory, size: 350 * 2 ** 20, rounds: 7 };

/** Most that the header rules may take and read, and the content pass in times of the tool that only unpacks. */
export const inspectTargets = { milliseconds: 5, bytes: 4 * 2 ** 20, ratio: 1.5 } as const;

/** Measures the header rules on the largest image, and the content pass on the largest ramdisks against gzip and zstd. Returns the report. */
export async function benchInspect(bench: InspectBench): Promise<string> {
  const { name: directory, removeCallback } = tmp.dirSync({ prefix: "ironic-images-bench", unsafeCleanup: true });
  try {
    return `${await benchHeaders(bench, directory)}\n\n${await benchContent(bench, directory)}`;
  } finally {
    removeCallback();
  }
}

async function benchHeaders(bench: InspectBench, directory: string): Promise<string> {
  const image = (await largestImage(bench.project)) ?? (await makeImage(directory, bench.size));
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round <= bench.rounds; round++) {
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
  const [first = NaN, ...rest] = times;
  const rows = [
    ["FIRST", "MEDIAN", "TARGET", "READ", "TARGET"],
    [
      `${first.toFixed(1)} ms`,
      `${median(rest).toFixed(1)} ms`,
      `${inspectTargets.milliseconds} ms`,
      `${Math.ceil(bytes / 1024)} KiB`,
      `${inspectTargets.bytes / 1024} KiB`,
    ],
  ];
  return `Header rules on a qcow2 image of ${await mebibytes(image)} MiB, median of ${bench.rounds} behind the first\n${textTable(rows)}`;
}

async function benchContent(bench: InspectBench, directory: string): Promise<string> {
  const rows = [["RAMDISK", "SIZE", "UNPACKING ALONE", "OURS", "RATIO", "TARGET"]];
  for (const tool of ["gzip", "zstd"] as const) {
    const ramdisk = (await largestRamdisk(bench.project, tool)) ?? (await makeRamdisk(directory, tool, bench.size));
    const times = { tool: [] as number[], ours: [] as number[] };
    for (let round = 0; round < bench.rounds; round++) {
      for (const who of round % 2 === 0 ? (["tool", "ours"] as const) : (["ours", "tool"] as const))
        times[who].push(await (who === "tool" ? toolMilliseconds(tool, ramdisk) : ourMilliseconds(ramdisk)));
    }
    const [theirs, ours] = [median(times.tool), median(times.ours)];
    const figures = [`${theirs.toFixed(0)} ms`, `${ours.toFixed(0)} ms`, (ours / theirs).toFixed(2)];
    rows.push([tool, `${await mebibytes(ramdisk)} MiB`, ...figures, `${inspectTargets.ratio}`]);
  }
  return `Content pass over a ramdisk against gzip and zstd -dc, medians of ${bench.rounds}\n${textTable(rows)}`;
}

async function toolMilliseconds(tool: string, path: string): Promise<number> {
  const start = performance.now();
  await execa(tool, ["-dc", path], { stdout: "ignore" });
  return performance.now() - start;
}

/** Our clock, in a process that did nothing before: as it is in a build. */
async function ourMilliseconds(path: string): Promise<number> {
  const client = fileURLToPath(new URL("./inspect-client.ts", import.meta.url));
  return Number((await execa(process.execPath, [client, path])).stdout);
}

async function mebibytes(path: string): Promise<number> {
  const handle = await open(path);
  const { size } = await handle.stat();
  await handle.close();
  return Math.round(size / 2 ** 20);
}
