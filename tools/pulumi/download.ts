import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { IronicImagesError } from "../../core/errors.ts";

/** How long the vendor's site may stay silent, in milliseconds: before its answer, and between two pieces of it. */
export const patience = 10_000;

/** The vendor's site for releases of the engine and of plugins. */
export const vendorSite = "https://get.pulumi.com/releases";

/**
 * Downloads a file.
 * @param options.patience milliseconds of silence after which it is given up
 * @param options.onProgress called with the part that has arrived (0 to 1, when the size is known) and the bytes so far
 * @throws IronicImagesError `download-failed`, whose summary says why; what has arrived stays in the file
 */
export async function download(
  url: string,
  file: string,
  options: { patience?: number; onProgress?: (bytes: number, part: number | undefined) => void } = {},
): Promise<void> {
  const limit = options.patience ?? patience;
  const silence = new AbortController();
  const giveUp = () => silence.abort(new Error(`no answer in ${limit / 1000} s`));
  let timer = setTimeout(giveUp, limit);
  try {
    const response = await fetch(url, { signal: silence.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const size = Number(response.headers.get("content-length")) || undefined;
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, limit);
        bytes += chunk.length;
        options.onProgress?.(bytes, size === undefined ? undefined : bytes / size);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file), { signal: silence.signal });
  } catch (error) {
    throw new IronicImagesError(
      "download-failed",
      `${url} could not be downloaded: ${reason(error, silence.signal)}`,
      "",
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** fetch() says "fetch failed" and hides the cause one level down. */
function reason(error: unknown, silence: AbortSignal): string {
  if (silence.aborted && silence.reason instanceof Error) return silence.reason.message;
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
