import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, syncToDisk } from "../../artifacts/regular-file.ts";
import { dropHalfTars, tarsAreWhole } from "./base-image-tars.ts";
import { DEFAULT_BASE_ROOT_DAYS } from "../../recipe/stack-schema.ts";

/** Request and release, by which a tree is found; digest of its bytes, by which it is believed. */
const keptName = /^([0-9a-f]{32})-[0-9a-f]{64}-[0-9a-f]{64}\.tar$/;

/** What the sandbox leaves in its slot's cache; whatever is called like this and has no whole name is what a killed build left. */
const newPrefix = "base-root-";

const dayMs = 86_400_000;

/**
 * Where the trees lie that debootstrap made, for all slots and projects of the user: nobody writes them, they come by a rename and go by
 * their name, and who reads one has it open. Saves 25 of the 31 s of debootstrap's part in a Debian build on two processors.
 * @param cacheDirectory absolute; see core/cache-directory.ts
 */
function baseRootsDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, "base-roots");
}

/**
 * Before a build: takes away what is too old or was left by a killed build of the slot.
 * @param slotCache absolute
 * @param days trees that were made before are not used again
 */
export async function tidyBaseRoots(
  directory: string,
  slotCache: string,
  days: number,
  now = Date.now(),
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await discardNew(slotCache);
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    const made = (await stat(path).catch(() => undefined))?.mtimeMs;
    // A time to come tells nothing about the age.
    if (made !== undefined && (made > now + dayMs || made < now - days * dayMs)) await remove(path);
  }
}

/**
 * After a build whose tree was good enough to go on from: what the sandbox left becomes the tree for all, in the place of older ones for
 * the same request. What stands there under its name is whole, also after a power cut.
 */
export async function keepBaseRoots(directory: string, slotCache: string): Promise<void> {
  for (const left of await namesIn(slotCache)) {
    if (!left.startsWith(newPrefix)) continue;
    const name = left.slice(newPrefix.length);
    const request = keptName.exec(name)?.[1];
    if (request === undefined) {
      await remove(join(slotCache, left));
      continue;
    }
    await chmod(join(slotCache, left), 0o400);
    await syncToDisk(join(slotCache, left));
    await rename(join(slotCache, left), join(directory, name));
    await syncToDisk(directory);
    for (const other of await namesIn(directory))
      if (other !== name && keptName.exec(other)?.[1] === request) await remove(join(directory, other));
  }
}

/** The trees that debootstrap made, from the view of one build. */
export interface BaseRoots {
  /** For the sandbox; undefined if debootstrap is to run. */
  readonly directory: string | undefined;
  /** Told of each phase of the build. */
  look(phase: string): void;
  /** Keeps what the build has made, if it went on from there and was not cancelled. What fails here fails no build. */
  end(cancelled?: boolean): Promise<void>;
}

/** Where a build is before anything has been done with the tree. */
const beforeTree: ReadonlySet<string> = new Set(["start", "elements", "root.d"]);

/**
 * @param cacheDirectory absolute; see core/cache-directory.ts
 * @param slotCache absolute; of the build's slot
 * @param days 0: nothing is used and nothing is kept
 */
export async function baseRoots(
  cacheDirectory: string,
  slotCache: string,
  days: number = DEFAULT_BASE_ROOT_DAYS,
): Promise<BaseRoots> {
  const directory = baseRootsDirectory(cacheDirectory);
  await tidyBaseRoots(directory, slotCache, days);
  await dropHalfTars(slotCache);
  let usable = false;
  return {
    directory: days === 0 ? undefined : directory,
    look(phase) {
      if (usable || beforeTree.has(phase)) return;
      usable = true;
      tarsAreWhole(slotCache);
    },
    end: (cancelled = false) =>
      (usable && !cancelled ? keepBaseRoots(directory, slotCache) : discardNew(slotCache)).catch((error: unknown) =>
        console.error(`The base root was not kept for later builds: ${String(error)}`),
      ),
  };
}

/** Of a build that did not come so far, or was cancelled. */
export async function discardNew(slotCache: string): Promise<void> {
  for (const name of await namesIn(slotCache)) if (name.startsWith(newPrefix)) await remove(join(slotCache, name));
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
