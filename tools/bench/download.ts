import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import tmp from "tmp";
import { IronicImagesError } from "../../core/errors.ts";
import { textTable } from "../text.ts";
import { median } from "./statistics.ts";

/** How much is measured. */
export interface DownloadBench {
  /** Bytes of the file. */
  readonly size: number;
  /** Times that each of the two downloads it, by turns. */
  readonly rounds: number;
  /** Bytes a second that the server sends at most; 0: as fast as it can. */
  readonly rates: readonly number[];
}

/** An operator's image, on a fast link, and on the one that most have. */
export const wholeDownloadBench: DownloadBench = { size: 300 * 1024 * 1024, rounds: 7, rates: [0, 125_000_000] };

/** Most that download, digest and fsync may cost, in times of what curl takes for the bytes alone. */
export const downloadTarget = 1.1;

/** Measures download and verification against curl on the same file in one run. Returns the report. */
export async function benchDownload({ size, rounds, rates }: DownloadBench): Promise<string> {
  const { name: directory } = tmp.dirSync({ prefix: "ironic-images-bench" });
  try {
    const rows = [["LINK", "CURL", "OURS", "RATIO", "TARGET"]];
    for (const rate of rates) {
      const { curl, ours } = await measure(directory, size, rounds, rate);
      const link = rate === 0 ? "loopback, no limit" : `${(rate * 8) / 1e9} Gbit/s`;
      const ratio = (ours / curl).toFixed(2);
      rows.push([link, `${curl.toFixed(0)} ms`, `${ours.toFixed(0)} ms`, ratio, `${downloadTarget}`]);
    }
    const title = `Download, sha256 and fsync of ${Math.round(size / 1024 / 1024)} MiB against curl alone, medians of ${rounds}`;
    return `${title}\n${textTable(rows)}`;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measure(directory: string, size: number, rounds: number, rate: number) {
  const server = execa(process.execPath, [tool("server"), String(size), String(rate)], { buffer: false });
  try {
    const { value: url } = await server.iterable().next();
    if (url === undefined) throw new IronicImagesError("bench-failed", "the server of the bench does not start");
    const times = { curl: [] as number[], ours: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const who of round % 2 === 0 ? (["curl", "ours"] as const) : (["ours", "curl"] as const)) {
        const path = join(directory, who);
        times[who].push(await (who === "curl" ? curlMilliseconds(url, path) : ourMilliseconds(url, path)));
        await rm(path);
      }
    }
    return { curl: median(times.curl), ours: median(times.ours) };
  } finally {
    server.kill();
    await server.catch(() => undefined);
  }
}

/** curl's own clock: from the start of the transfer to its end, without starting the process. */
async function curlMilliseconds(url: string, path: string): Promise<number> {
  const args = ["--silent", "--fail", "--noproxy", "*", "--output", path, "--write-out", "%{time_total}", url];
  const { stdout } = await execa("curl", args, { env: { LC_ALL: "C" } });
  return Number(stdout) * 1000;
}

/** Our clock, from the call to its return, in a process that did nothing before: as it is in a build. */
async function ourMilliseconds(url: string, path: string): Promise<number> {
  const { stdout } = await execa(process.execPath, [tool("client"), url, path]);
  return (JSON.parse(stdout) as { milliseconds: number }).milliseconds;
}

function tool(name: "server" | "client"): string {
  return fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}
