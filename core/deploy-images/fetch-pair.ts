import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { hashFile } from "../artifacts/describe.ts";
import { lstatIfExists } from "../artifacts/regular-file.ts";
import { download } from "../download/download.ts";
import { shownUrl } from "../download/failure.ts";
import type { DownloadLimits } from "../download/tries.ts";
import { IronicImagesError } from "../errors.ts";
import { acquireLock, type Lock } from "../lock.ts";
import { initramfsMaxSize, kernelMaxSize, tarballMaxSize } from "./limits.ts";
import { placePair, type StagedPair } from "./place-pair.ts";
import { unpackPair } from "./unpack-pair.ts";
import { pinnedUrls, type DownloadPins, type DownloadSource } from "./urls.ts";

/** A pair to be brought onto this machine. */
export interface FetchPairRequest {
  readonly source: DownloadSource;
  /** All that the source's form needs. */
  readonly pins: DownloadPins;
  /** Stem of the files' names. */
  readonly name: string;
  /** Absolute; gets `NAME.kernel` and `NAME.initramfs`. */
  readonly directory: string;
  /** Absolute; data under the names of their pins, for the next run. Best on the file system of `directory`. */
  readonly partialDirectory: string;
  /** Told in whole sentences what goes on. */
  readonly report: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: DownloadLimits | undefined;
}

const maxSizes = {
  kernelSha256: kernelMaxSize,
  initramfsSha256: initramfsMaxSize,
  tarballSha256: tarballMaxSize,
} as const;
/** Milliseconds after which data that nobody continued are given up. */
const abandonedAfter = 14 * 24 * 3600 * 1000;
/** Milliseconds that unpacking a tarball never takes. */
const unpackingAtMost = 3600 * 1000;

/**
 * Downloads kernel and initramfs, or the tarball that holds them, and puts both files into the directory, or neither. Every byte has the digest of its pin, so they
 * are of the build that was pinned, whatever the publisher does meanwhile. What came right stays for the next run if the other failed.
 * @throws IronicImagesError `deploy-image-differs`, `deploy-image-refused`, `download-failed`, `storage-failed`
 */
export async function fetchPair(request: FetchPairRequest): Promise<void> {
  const { source, pins, partialDirectory, signal } = request;
  await mkdir(partialDirectory, { recursive: true, mode: 0o700 });
  await sweep(partialDirectory);
  const files = pinnedUrls(source).map(([pin, url]) => {
    const sha256 = pins[pin];
    if (sha256 !== undefined) return { pin, url, sha256 };
    throw new IronicImagesError("job-wrong", `The job for ${request.name} lacks ${pin} of ${shownUrl(url)}`);
  });
  // In one order everywhere, so that two jobs with a file in common never wait for each other.
  const locks: Lock[] = [];
  try {
    for (const sha256 of [...new Set(files.map((file) => file.sha256))].sort()) {
      const path = join(partialDirectory, `.${sha256}.lock`);
      locks.push(await acquireLock(path, { wait: true, ...(signal === undefined ? {} : { signal }) }));
    }
    const outcomes = await Promise.allSettled(files.map((file) => fetchPinned(request, file)));
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    if (failures.length > 0) throw together(failures);
    const [first, second] = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (first !== undefined && second !== undefined) await placePair({ kernel: first, initramfs: second }, request);
    else if (first !== undefined) await fromTarball(first, request);
  } finally {
    locks.forEach((lock) => lock.release());
  }
}

async function fromTarball(tarball: string, request: FetchPairRequest): Promise<void> {
  const { partialDirectory, report, signal } = request;
  report("unpacking kernel and initramfs");
  await unpackPair({ tarball, scratch: partialDirectory, signal }, (pair: StagedPair) => placePair(pair, request));
  await rm(tarball, { force: true });
}

interface PinnedFile {
  readonly pin: keyof DownloadPins;
  readonly url: string;
  readonly sha256: string;
}

/** One file, complete and verified, under the name of its pin. */
async function fetchPinned(request: FetchPairRequest, { pin, url, sha256 }: PinnedFile): Promise<string> {
  const { partialDirectory, report, signal, limits } = request;
  const path = join(partialDirectory, `${sha256}.complete`);
  if (await hasDigest(path, sha256)) return path;
  report(`downloading ${shownUrl(url)}`);
  const differs = ({ size, sha256: found }: { size: number; sha256: string }) =>
    new IronicImagesError(
      "deploy-image-differs",
      `${shownUrl(url)} is not what ${pin} pins: expected sha256 ${sha256}, found ${found} (${size} bytes)`,
      "If its publisher has a new build, `npm run pin -- --stack S` writes that one's checksums into the stack file, for review; otherwise do not use it.",
    );
  await download({
    url,
    key: "its address in ironic-images:deployImages",
    path,
    partialPath: join(partialDirectory, `${sha256}.partial`),
    pin: { sha256, differs },
    maxSize: maxSizes[pin],
    report,
    signal,
    limits,
  });
  return path;
}

/** Whether an earlier run left the whole file; what is damaged is downloaded again. */
async function hasDigest(path: string, sha256: string): Promise<boolean> {
  if ((await lstatIfExists(path)) === undefined) return false;
  if ((await hashFile(path).catch(() => undefined))?.sha256 === sha256) return true;
  await rm(path, { recursive: true });
  return false;
}

/** One error that tells of both. */
function together(failures: readonly unknown[]): unknown {
  const [first, second] = failures;
  if (!(first instanceof IronicImagesError) || !(second instanceof IronicImagesError)) return first;
  return new IronicImagesError(first.code, first.summary, `${second.summary}\n${first.details}`.trim(), {
    cause: first,
  });
}

async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/^([0-9a-f]{64}\.(complete|partial|partial\.json)|\.unpack.*)$/.test(name)) continue;
    const path = join(directory, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > (name.startsWith(".unpack") ? unpackingAtMost : abandonedAfter))
      await rm(path, { recursive: true, force: true });
  }
}
