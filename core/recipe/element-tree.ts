import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from "node:fs";
import { join, posix } from "node:path";
import { IronicImagesError } from "../errors.ts";
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

/** What is wrong with a name that Node cannot find again. */
export const notUtf8 = "its name is not UTF-8: rename it";

/**
 * Everything in a directory that its digest covers, sorted by path. Who copies a tree copies these.
 *
 * @param shownAs what messages call the directory
 * @throws IronicImagesError `unsafe-element` for a link out of the tree, a world-writable file or anything that is no file
 */
export function treeEntries(directory: string, shownAs = directory): TreeEntry[] {
  const found: TreeEntry[] = [];
  const walk = (prefix: string): void => {
    for (const name of readdirSync(join(directory, prefix))) {
      const path = prefix === "" ? name : `${prefix}/${name}`;
      const stats = lstatSync(join(directory, path), { throwIfNoEntry: false });
      if (stats === undefined)
        throw new IronicImagesError("unsafe-element", `${shownAs}/${shownName(path)}: ${notUtf8}`);
      refuseUnsafe(join(directory, path), path, stats, `${shownAs}/${shownName(path)}`);
      if (stats.isDirectory()) walk(path);
      else if (stats.isSymbolicLink())
        found.push({ path, link: readlinkSync(join(directory, path)), executable: false });
      else found.push({ path, executable: (stats.mode & 0o100) !== 0 });
    }
  };
  refuseUnsafe(directory, "", lstatSync(directory), shownAs);
  walk("");
  // By code unit: the same on every machine, whatever its locale.
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Hex sha256 of paths, content and executable bits of a tree. Owner, times and other mode bits do not count. */
export function treeDigest(directory: string, shownAs = directory): string {
  const digest = createHash("sha256");
  for (const entry of treeEntries(directory, shownAs)) {
    const kind = entry.link === undefined ? "file" : "link";
    const content =
      entry.link ??
      createHash("sha256")
        .update(readFileSync(join(directory, entry.path)))
        .digest("hex");
    digest.update(`${JSON.stringify([entry.path, kind, entry.executable, content])}\n`);
  }
  return digest.digest("hex");
}

function refuseUnsafe(file: string, path: string, stats: Stats, shownAs: string): void {
  const what = unsafeEntry(file, path, stats);
  if (what !== undefined) throw new IronicImagesError("unsafe-element", `${shownAs}: ${what}`);
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
