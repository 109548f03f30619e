import type { LookupFunction } from "node:net";
import { dirname } from "node:path";
import type { IronicImagesError } from "../errors.ts";
import { storageFailure } from "../storage-failure.ts";
import { downloadFailed, networkFailure, PassingFailure, shownUrl } from "./failure.ts";
import { get } from "./get.ts";
import { bodyProblem, judgeAnswer, requestHeaders, sizeProblem } from "./judge.ts";
import { PartialFile } from "./partial-file.ts";
import { defaultLimits, withTries, type DownloadLimits } from "./tries.ts";
import { watch } from "./watchdog.ts";

/** What came: bytes and sha256 (hex). */
export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
}

/** A file to be downloaded. */
export interface DownloadRequest {
  /** http or https. */
  readonly url: string;
  /** The key of the configuration that names the URL, for messages, e.g. `baseImage.url`. */
  readonly key: string;
  /** Absolute path of the finished file; what is there is replaced. */
  readonly path: string;
  /** Absolute path of the data while they come, on the same file system. With a pin, a later run with the same path goes on with what is there. */
  readonly partialPath: string;
  /** Digest that the file must have, and the error that says that it has another. */
  readonly pin?: { readonly sha256: string; readonly differs: (found: Downloaded) => IronicImagesError };
  /** Most bytes; default 64 GiB. */
  readonly maxSize?: number;
  /** Bytes, where they are known. */
  readonly size?: number;
  /** Told in whole sentences how far it is, and of tries that failed. */
  readonly report: (message: string) => void;
  /** Ends the download, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly limits?: DownloadLimits | undefined;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction;
}

const defaultMaxSize = 64 * 1024 ** 3;
const reportEvery = 10_000;

/**
 * Downloads a file, hashing it while it is written. When this returns, the file stands under its name, on the disk, and has the pinned digest; before, there is
 * nothing under that name. Continues a download that was cut, if the server can say that it still has the same bytes.
 * @throws IronicImagesError `download-failed`, `storage-failed`, and what `pin.differs` gives
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { url, path, partialPath, pin, report } = request;
  try {
    const partial = await PartialFile.open(partialPath, url, { keeps: pin !== undefined });
    try {
      if (partial.inherited > 0)
        report(`${shownUrl(url)}: ${mebibytes(partial.inherited)} are there from an earlier run`);
      let downloaded = await receiveAll(request, partial);
      if (pin !== undefined && pin.sha256 !== downloaded.sha256 && partial.inherited > 0) {
        report(`${shownUrl(url)}: what an earlier run left does not fit; starting over`);
        await partial.startOver();
        downloaded = await receiveAll(request, partial);
      }
      if (pin !== undefined && pin.sha256 !== downloaded.sha256) {
        await partial.startOver();
        throw pin.differs(downloaded);
      }
      await partial.publish(path);
      return downloaded;
    } finally {
      await partial.close();
    }
  } catch (error) {
    throw storageFailure(error, dirname(path));
  }
}

async function receiveAll(request: DownloadRequest, partial: PartialFile): Promise<Downloaded> {
  const { pauses = defaultLimits.pauses } = request.limits ?? {};
  await withTries(request, pauses, () => receive(request, partial));
  return { size: partial.size, sha256: partial.digest() };
}

/** One try: the whole, or the rest of it. */
async function receive(request: DownloadRequest, partial: PartialFile): Promise<void> {
  const { url, key, report, lookup } = request;
  const limits = { maxSize: request.maxSize ?? defaultMaxSize, size: request.size };
  const resume = partial.resumePoint;
  const watchdog = watch(request.limits?.idleTimeout ?? defaultLimits.idleTimeout, request.signal);
  try {
    const { response, end } = await get({ url, headers: requestHeaders(resume), watchdog, lookup });
    try {
      const verdict = judgeAnswer(response, resume, limits);
      if ("never" in verdict) throw downloadFailed(url, `${verdict.never}; correct ${key}`);
      if ("later" in verdict) throw new PassingFailure(verdict.later);
      if ("startOver" in verdict) {
        report(`${shownUrl(url)}: ${verdict.startOver}; starting over`);
        await partial.startOver();
        return await receive(request, partial);
      }
      const { from, total, validator } = verdict;
      if (from === 0) await partial.startOver(validator, total);
      const progress = progressReport(url, total, report);
      const accept = (chunk: Buffer, size: number) => {
        watchdog.touch(chunk.length);
        const page = size === chunk.length ? bodyProblem(chunk) : undefined;
        const why = page ?? sizeProblem(size, { maxSize: limits.maxSize });
        if (why !== undefined) throw downloadFailed(url, `${why}; correct ${key}`);
        progress(size);
      };
      await partial.append(response as AsyncIterable<Buffer>, accept, (error) =>
        networkFailure(url, watchdog.reason(error), "ends too early"),
      );
      if (total !== undefined && partial.size !== total) throw new PassingFailure("ends too early");
    } finally {
      end();
    }
  } finally {
    watchdog.stop();
  }
  const { size } = partial;
  const why = size === 0 ? "is empty" : sizeProblem(size, limits);
  if (why === undefined) return;
  await partial.startOver();
  throw downloadFailed(url, `${why}; correct ${key}`);
}

function progressReport(url: string, total: number | undefined, report: (message: string) => void) {
  let reported = performance.now();
  return (size: number) => {
    const now = performance.now();
    if (now - reported < reportEvery) return;
    reported = now;
    report(`${shownUrl(url)}: ${mebibytes(size)}${total === undefined ? "" : ` of ${mebibytes(total)}`}`);
  };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
