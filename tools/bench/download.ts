import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import type { Bench } from "./bench.ts";
import { inPairs, type PairFigures } from "./pairs.ts";
import type { Row } from "./result.ts";
import { runClient } from "./run-client.ts";

/** How much is measured. */
export interface DownloadSize {
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes a second that the server sends at most; 0: as fast as it can. */
  readonly rates: readonly number[];
}

/** An operator's image, on a fast link, and on the one that most have. */
export const wholeDownload: DownloadSize = { size: 300 * 1024 * 1024, rates: [0, 125_000_000] };

/** Most that download, digest and fsync may cost on a link with a limit, in times of what curl takes for the bytes alone. */
const target = 1.1;

/** Download and verification against curl on the same file. Without a limit the processor decides, which the server shares: that is only told. */
export function downloadBench({ size, rates }: DownloadSize): Bench {
  return {
    title: `download, sha256 and fsync of ${Math.round(size / 2 ** 20)} MiB`,
    pairs: 7,
    async run({ scratch, pairs, signal, say }) {
      const rows: Row[] = [];
      for (const rate of rates) {
        const link = rate === 0 ? "loopback, no limit" : `${(rate * 8) / 1e9} Gbit/s`;
        const figures = await measure(scratch, { size, rate, pairs, signal, say: (text) => say(`${link}, ${text}`) });
        const plain = { tool: "curl", figures: figures.plain };
        const row = { what: link, unit: "ms", ours: figures.ours, plain, compare: "ratio" } as const;
        rows.push(rate === 0 ? row : { ...row, target });
      }
      return { rows };
    },
  };
}

interface OneLink {
  readonly size: number;
  readonly rate: number;
  readonly pairs: number;
  readonly signal: AbortSignal;
  say(text: string): void;
}

async function measure(directory: string, { size, rate, pairs, signal, say }: OneLink): Promise<PairFigures> {
  const script = fileURLToPath(new URL("./server.ts", import.meta.url));
  const server = execa(process.execPath, [script, String(size), String(rate)], { buffer: false, cancelSignal: signal });
  // It ends by our signal.
  server.catch(() => undefined);
  try {
    const { value: url } = await server.iterable().next();
    if (url === undefined) throw new IronicImagesError("bench-failed", "the server of the bench does not start");
    const once = (download: (path: string) => Promise<number>) => async (): Promise<number> => {
      const path = join(directory, "downloaded");
      const took = await download(path);
      await rm(path);
      return took;
    };
    return await inPairs(
      pairs,
      {
        ours: once((path) => ourMilliseconds(url, path, signal)),
        plain: once((path) => curlMilliseconds(url, path, signal)),
      },
      say,
    );
  } finally {
    server.kill();
    await server.catch(() => undefined);
  }
}

/** curl's own clock: from the start of the transfer to its end, without starting the process. */
async function curlMilliseconds(url: string, path: string, cancelSignal: AbortSignal): Promise<number> {
  const args = ["--silent", "--fail", "--noproxy", "*", "--output", path, "--write-out", "%{time_total}", url];
  const { stdout } = await execa("curl", args, { env: { LC_ALL: "C" }, cancelSignal });
  return Number(stdout) * 1000;
}

/** Our clock, from the call to its return, in a process that did nothing before: as it is in a build. */
async function ourMilliseconds(url: string, path: string, signal: AbortSignal): Promise<number> {
  return Number(await runClient("download", [url, path], { signal }));
}
