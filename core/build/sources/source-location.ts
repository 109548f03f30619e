import { copyFile, mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import tmp from "tmp";
import { hashFile } from "../../artifacts/describe.ts";
import { lstatIfExists, syncToDisk } from "../../artifacts/regular-file.ts";
import { download } from "../../download/download.ts";
import { shownUrl } from "../../download/failure.ts";
import { IronicImagesError } from "../../errors.ts";
import { acquireLock } from "../../lock.ts";
import type { PipQuestion } from "../../python-index/ask-pip.ts";
import { fetchSdist, parseSdistLocation, type SdistName } from "../../python-index/sdist.ts";

/** Something that a job pins and has to be brought onto this machine. */
export interface PinnedFile {
  /** For messages, e.g. `the source of agent`. */
  readonly what: string;
  readonly sha256: string;
  /** As in `BuildJob.locations`. */
  readonly location: string;
}

/** Where files come from and go to; directories absolute. */
export interface SourcePlaces {
  readonly projectDirectory: string;
  /** `<cache>/sources`: what comes over the network. */
  readonly cache: string;
  /** Of this job: copies of the project's files, which can be changed meanwhile, and can be private keys. */
  readonly scratch: string;
  readonly pip: PipQuestion;
  /** Told in whole sentences what goes on. */
  report(message: string): void;
  readonly signal: AbortSignal;
}

/** Most bytes of a source; a directory of wheels for a foreign architecture is far below. */
const maxSize = 4 * 2 ** 30;

/**
 * The path of a file that has the pinned digest.
 * @throws IronicImagesError `source-differs`, `source-missing`, `python-index-failed`, `download-failed`
 */
export async function fetchPinnedFile(file: PinnedFile, places: SourcePlaces): Promise<string> {
  const sdist = parseSdistLocation(file.location);
  const isUrl = /^https?:\/\//.test(file.location);
  if (sdist === undefined && !isUrl) return copyOfProject(file, places);
  await mkdir(places.cache, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(join(places.cache, `.${file.sha256}.lock`), { wait: true, signal: places.signal });
  try {
    const path = join(places.cache, file.sha256);
    // Sources are small: hashing one again costs less than noting that it was hashed.
    if ((await lstatIfExists(path)) !== undefined) {
      if ((await hashFile(path)).sha256 === file.sha256) return path;
      places.report(`${path} is damaged; it is fetched again`);
      await rm(path);
    }
    if (sdist === undefined) await fromUrl(file, path, places);
    else await fromIndex(file, sdist, path, places);
    return path;
  } finally {
    lock.release();
  }
}

async function fromUrl(file: PinnedFile, path: string, { report, signal }: SourcePlaces): Promise<void> {
  const { location: url, sha256 } = file;
  report(`downloading ${shownUrl(url)}`);
  const partialPath = `${path}.partial`;
  const pin = { sha256, differs: (found: { sha256: string }) => differs(file, shownUrl(url), found.sha256) };
  await download({ url, key: `the address of ${file.what}`, path, partialPath, pin, maxSize, report, signal });
}

async function fromIndex(file: PinnedFile, sdist: SdistName, path: string, places: SourcePlaces): Promise<void> {
  places.report(`fetching ${sdist.name} ${sdist.version} from the Python index`);
  const temporary = tmp.tmpNameSync({ tmpdir: places.cache, prefix: ".sdist" });
  try {
    const { url } = await fetchSdist(places.pip, sdist, temporary);
    const { sha256 } = await hashFile(temporary);
    if (sha256 !== file.sha256) throw differs(file, url, sha256);
    await syncToDisk(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function copyOfProject(file: PinnedFile, { projectDirectory, scratch }: SourcePlaces): Promise<string> {
  const { what, location } = file;
  const project = await realpath(projectDirectory);
  const source = await realpath(join(project, location)).catch((cause: unknown) => {
    throw missing(`${what}, ${location}, is not in the project`, cause);
  });
  const inside = relative(project, source);
  if (isAbsolute(location) || inside === "" || inside.startsWith("..") || !(await stat(source)).isFile())
    throw missing(`${what}, ${location}, is no file inside the project`);
  const path = join(scratch, file.sha256);
  await copyFile(source, path);
  const { sha256 } = await hashFile(path);
  if (sha256 !== file.sha256) throw differs(file, location, sha256);
  return path;
}

function missing(why: string, cause?: unknown): IronicImagesError {
  return new IronicImagesError("source-missing", `${why}; put it there, or correct its place in the stack`, "", {
    cause,
  });
}

function differs({ what, sha256 }: PinnedFile, place: string, found: string): IronicImagesError {
  return new IronicImagesError(
    "source-differs",
    `${what}, ${place}, is not what the stack pins: expected sha256 ${sha256}, found ${found}`,
    "If it was replaced on purpose, write the new digest into the stack; otherwise do not use it.",
  );
}
