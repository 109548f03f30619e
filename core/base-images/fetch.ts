import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import tmp from "tmp";
import { hashFile } from "../artifacts/describe.ts";
import { lstatIfExists, syncToDisk } from "../artifacts/regular-file.ts";
import { replaceFile } from "../artifacts/replace-file.ts";
import { lookAt } from "../artifacts/stamp.ts";
import { download, type DownloadRequest } from "../download/download.ts";
import { shownUrl } from "../download/failure.ts";
import type { DownloadLimits } from "../download/tries.ts";
import { IronicImagesError } from "../errors.ts";
import { acquireLock } from "../lock.ts";

/** What diskimage-builder starts from: pinned by the digest of its bytes, or whatever is at the URL today. */
export type BaseImageRequest =
  { readonly url: string; readonly sha256: string } | { readonly url: string; readonly unpinned: true };

/** A base image on this machine. */
export interface BaseImage {
  /** Absolute, in `<cache>/base-images/`. */
  readonly path: string;
  readonly sha256: string;
}

/**
 * Brings a base image onto this machine. A pinned one is downloaded once and then found in the cache; one without pin is downloaded every time, and its
 * digest reported, so that a person can pin it.
 * @param cacheDirectory absolute; see core/cache-directory.ts
 * @param report told in whole sentences what goes on
 * @param signal ends waiting and download; its reason is thrown
 * @throws IronicImagesError `download-failed`, `base-image-differs`, `base-image-url`
 */
export async function fetchBaseImage(
  request: BaseImageRequest,
  cacheDirectory: string,
  report: (message: string) => void,
  limits: DownloadLimits = {},
  signal?: AbortSignal,
): Promise<BaseImage> {
  const { url } = request;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new IronicImagesError("base-image-url", `${shownUrl(url)} is no http(s) URL; correct baseImage.url`);
  }
  const directory = join(cacheDirectory, "base-images");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ("unpinned" in request) {
    const image = await downloadInto(directory, { url, report, limits, signal });
    report(
      `${shownUrl(url)} has sha256 ${image.sha256} today; to pin it, write that into the recipe as baseImage.sha256 in place of unpinned: true`,
    );
    return image;
  }
  // Two builds that want the same image download it once.
  const lock = await acquireLock(join(directory, `.${request.sha256}.lock`), { wait: true, ...(signal && { signal }) });
  try {
    const path = join(directory, fileName(url, request.sha256));
    if (await isCached(path, request.sha256, report)) return { path, sha256: request.sha256 };
    return await downloadInto(directory, { url, report, limits, signal }, request.sha256);
  } finally {
    lock.release();
  }
}

/** A pinned image that was cut off is continued by the next run; of one without pin nothing stays. */
async function downloadInto(
  directory: string,
  wanted: Omit<PlainRequest, "key">,
  expected?: string,
): Promise<BaseImage> {
  wanted.report(`downloading ${shownUrl(wanted.url)}`);
  const request = { ...wanted, key: "baseImage.url" };
  return expected === undefined ? downloadUnpinned(directory, request) : downloadPinned(directory, request, expected);
}

type PlainRequest = Pick<DownloadRequest, "url" | "key" | "report" | "limits" | "signal">;

async function downloadPinned(directory: string, request: PlainRequest, expected: string): Promise<BaseImage> {
  const path = join(directory, fileName(request.url, expected));
  const differs = ({ size, sha256 }: { size: number; sha256: string }) =>
    new IronicImagesError(
      "base-image-differs",
      `${shownUrl(request.url)} is not the base image that the recipe pins: expected sha256 ${expected}, found ${sha256} (${size} bytes)`,
      "If its publisher has replaced it, compare with the publisher's checksums and write the new digest into baseImage.sha256; otherwise do not use it.",
    );
  const partialPath = join(directory, `.${expected}.partial`);
  await download({ ...request, path, partialPath, pin: { sha256: expected, differs } });
  await noteVerified(directory, basename(path));
  return { path, sha256: expected };
}

async function downloadUnpinned(directory: string, request: PlainRequest): Promise<BaseImage> {
  const temporary = tmp.tmpNameSync({ tmpdir: directory, prefix: ".download" });
  try {
    const { sha256 } = await download({ ...request, path: temporary, partialPath: `${temporary}.partial` });
    const path = join(directory, fileName(request.url, sha256));
    await rename(temporary, path);
    await syncToDisk(directory);
    await noteVerified(directory, basename(path));
    return { path, sha256 };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** True if the file has this digest: by its stamp, or, if it was touched since, by hashing it again. A wrong one is removed. */
async function isCached(path: string, sha256: string, report: (message: string) => void): Promise<boolean> {
  if ((await lstatIfExists(path)) === undefined) return false;
  const [directory, name] = [join(path, ".."), basename(path)];
  const noted = await readFile(stampPath(directory, name), "utf8").catch(() => "");
  const looks = JSON.stringify(await lookAt(directory, [name]));
  if (noted === looks) return true;
  const found = await hashFile(path).catch((error: unknown) => {
    if (error instanceof IronicImagesError) return undefined;
    throw error;
  });
  if (found?.sha256 === sha256) {
    await replaceFile(stampPath(directory, name), looks);
    return true;
  }
  report(`${path} is damaged; it is downloaded again`);
  await rm(path, { recursive: true });
  return false;
}

async function noteVerified(directory: string, name: string): Promise<void> {
  await replaceFile(stampPath(directory, name), JSON.stringify(await lookAt(directory, [name])));
}

function stampPath(directory: string, name: string): string {
  return join(directory, `.${name}.verified`);
}

/** The URL's extension stays: elements go by it. */
function fileName(url: string, sha256: string): string {
  const extension = /(\.tar)?\.[A-Za-z0-9]{1,10}$/.exec(basename(new URL(url).pathname))?.[0] ?? "";
  return `${sha256}${extension}`;
}
