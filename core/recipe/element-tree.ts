import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { join, posix } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { briefly } from "./brief-memory.ts";
import { fileDigest } from "./file-digests.ts";
import { shownName } from "./text.ts";

/** One file or link of a tree. Empty directories do not count: git does not carry them either. */
export interface TreeEntry {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  /** Where a link leads, as written; absent for a file. */
  readonly link?: string;
  /** The owner's executable bit; false for a link. */
  readonly executable: boolean;
}

/** One name of a tree, directories and the tree itself among them. */
export interface TreeName {
  /** Relative to the tree, with `/`; empty for the tree. */
  readonly path: string;
  /** What `lstat` says; undefined for a name that Node cannot find again. */
  readonly stats: Stats | undefined;
}

/** What is wrong with a name that Node cannot find again. */
export const notUtf8 = "its name is not UTF-8: rename it";

/** Every name of a tree, a directory before what it holds; nothing is judged. */
export function treeNames(directory: string): readonly TreeName[] {
  return briefly(`names ${directory}`, () => {
    const found: TreeName[] = [];
    const look = (path: string, stats: Stats | undefined): void => {
      found.push({ path, stats });
      if (stats?.isDirectory() !== true) return;
      for (const name of readdirSync(`${directory}/${path}`).sort()) {
        const below = path === "" ? name : `${path}/${name}`;
        look(below, lstatSync(`${directory}/${below}`, { throwIfNoEntry: false }));
      }
    };
    look("", lstatSync(directory));
    return found;
  });
}

/**
 * Everything in a directory that its digest covers, sorted by path. Who copies a tree copies these.
 *
 * @param shownAs what messages call the directory
 * @throws IronicImagesError `unsafe-element` for a link out of the tree, a world-writable file or anything that is no file
 */
export function treeEntries(directory: string, shownAs = directory): TreeEntry[] {
  return safeEntries(directory, shownAs).map(({ entry }) => entry);
}

function safeEntries(directory: string, shownAs: string): { entry: TreeEntry; stats: Stats }[] {
  const found: { entry: TreeEntry; stats: Stats }[] = [];
  for (const { path, stats } of treeNames(directory)) {
    const shown = path === "" ? shownAs : `${shownAs}/${shownName(path)}`;
    if (stats === undefined) throw new IronicImagesError("unsafe-element", `${shown}: ${notUtf8}`);
    const unsafe = unsafeEntry(join(directory, path), path, stats);
    if (unsafe !== undefined) throw new IronicImagesError("unsafe-element", `${shown}: ${unsafe}`);
    if (stats.isSymbolicLink())
      found.push({ entry: { path, link: readlinkSync(join(directory, path)), executable: false }, stats });
    else if (!stats.isDirectory()) found.push({ entry: { path, executable: (stats.mode & 0o100) !== 0 }, stats });
  }
  // By code unit: the same on every machine, whatever its locale.
  return found.sort((a, b) => (a.entry.path < b.entry.path ? -1 : 1));
}

/** Hex sha256 of paths, content and executable bits of a tree. Owner, times and other mode bits do not count. */
export function treeDigest(directory: string, shownAs = directory): string {
  return briefly(`digest ${directory}`, () => {
    const digest = createHash("sha256");
    for (const { entry, stats } of safeEntries(directory, shownAs)) {
      const { path, link, executable } = entry;
      const content = link ?? fileDigest(join(directory, path), stats);
      digest.update(`${JSON.stringify([path, link === undefined ? "file" : "link", executable, content])}\n`);
    }
    return digest.digest("hex");
  });
}

/**
 * Why one entry of a tree cannot be trusted, or undefined.
 *
 * @param path relative to the tree
 */
export function unsafeEntry(file: string, path: string, stats: Stats): string | undefined {
  if (stats.isSymbolicLink())
    return leadsOut(file, path) ? "this link leads out of its element: put the file itself there" : undefined;
  if (!stats.isFile() && !stats.isDirectory()) return "neither a file, a directory nor a link: remove it";
  return (stats.mode & 0o002) === 0 ? undefined : "everybody may write it, and the build runs it as root: chmod o-w";
}

function leadsOut(file: string, path: string): boolean {
  if (path === "") return true;
  const target = readlinkSync(file);
  const resolved = posix.normalize(posix.join(posix.dirname(path), target));
  if (posix.isAbsolute(target) || resolved === ".." || resolved.startsWith("../")) return true;
  // Another link on the way can make `..` lead elsewhere than it reads.
  const root = realpathSync.native(file.slice(0, file.length - path.length - 1));
  const place = realPlace(file);
  return place !== undefined && place !== root && !place.startsWith(`${root}/`);
}

// Undefined for a link to nothing, or in a circle.
function realPlace(file: string): string | undefined {
  try {
    // Not Node's own realpath, which joins the parts of a link as text.
    return realpathSync.native(file);
  } catch {
    return undefined;
  }
}
