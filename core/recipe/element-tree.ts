import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join, posix } from "node:path";
import { IronicImagesError } from "../errors.ts";

/** One file or link of a tree. Empty directories do not count: git does not carry them either. */
export interface TreeEntry {
  /** Relative to the tree, with `/`. */
  readonly path: string;
  /** Where a link leads, as written; absent for a file. */
  readonly link?: string;
  /** The owner's executable bit; false for a link. */
  readonly executable: boolean;
}

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
        throw new IronicImagesError("unsafe-element", `${shownAs}/${path}: its name is not UTF-8: rename it`);
      refuseUnsafe(join(directory, path), path, stats, `${shownAs}/${path}`);
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
  const refuse = (what: string): never => {
    throw new IronicImagesError("unsafe-element", `${shownAs}: ${what}`);
  };
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(file);
    const resolved = posix.normalize(posix.join(posix.dirname(path), target));
    if (posix.isAbsolute(target) || resolved === ".." || resolved.startsWith("../"))
      refuse("this link leads out of its element: put the file itself there");
    return;
  }
  if (!stats.isFile() && !stats.isDirectory()) refuse("neither a file, a directory nor a link: remove it");
  if ((stats.mode & 0o002) !== 0) refuse("everybody may write it, and the build runs it as root: chmod o-w");
}
