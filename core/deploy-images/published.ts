import { setTimeout as sleep } from "node:timers/promises";
import { checksumOf } from "../download/checksum-file.ts";
import { shownUrl } from "../download/failure.ts";
import { fetchText } from "../download/fetch-text.ts";
import type { DownloadLimits } from "../download/tries.ts";
import { IronicImagesError } from "../errors.ts";
import { checksumUrl, pinnedUrls, urlFileName, type DownloadPins, type DownloadSource } from "./urls.ts";

/** How checksums are read. */
export interface PublishedOptions {
  /** The configuration key of the source, for messages. */
  readonly key: string;
  readonly report: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: DownloadLimits | undefined;
  /** Milliseconds between two rounds; default 1000. */
  readonly pause?: number;
}

const maxRounds = 5;

/**
 * The published checksums of a source, all of one build: a publisher replaces file after file, so they are read again until
 * two rounds say the same.
 * @throws IronicImagesError `download-failed`, `checksum-refused`, `checksum-unsteady`
 */
export async function publishedPins(source: DownloadSource, options: PublishedOptions): Promise<DownloadPins> {
  const { key, report, signal, pause = 1000 } = options;
  let before = await readPublished(source, options);
  for (let round = 2; round <= maxRounds; round++) {
    await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    const now = await readPublished(source, options);
    if (pinnedUrls(source).every(([pin]) => before[pin] === now[pin])) return now;
    report(`${key}: the publisher is replacing it just now; reading its checksums again`);
    before = now;
  }
  throw new IronicImagesError(
    "checksum-unsteady",
    `${key}: the published checksums changed each of ${maxRounds} times they were read; try again when the publisher is done`,
  );
}

/** The published checksums as one round of reading finds them; kernel and initramfs may be of two builds. */
export async function readPublished(source: DownloadSource, options: PublishedOptions): Promise<DownloadPins> {
  const { key, report, signal, limits } = options;
  const read = await Promise.all(
    pinnedUrls(source).map(async ([pin, url]) => {
      const from = checksumUrl(url);
      const checksum = checksumOf(await fetchText({ url: from, key, report, signal, limits }), urlFileName(url));
      if ("sha256" in checksum) return [pin, checksum.sha256] as const;
      throw new IronicImagesError(
        "checksum-refused",
        `${key}: ${shownUrl(from)} ${checksum.problem}; ask its publisher, or pin by hand what you have verified yourself`,
      );
    }),
  );
  return Object.fromEntries(read);
}
