import type { ByteSource } from "../byte-source.ts";
import { withinReads } from "../limited-source.ts";
import { inodeBlocks } from "./ext-blocks.ts";
import { openExt, readInode, type Ext, type Inode } from "./ext-inodes.ts";

const rootInode = 2;
/** As Linux: more links on one way are a circle (ELOOP). */
const mostLinks = 40;
/** PATH_MAX. */
const longestPath = 4096;
/** Blocks, inodes and group descriptors that are read for one path: of a directory with thousands of programs there are some hundreds. */
const mostReads = 2048;

/**
 * Whether an ext2, ext3 or ext4 file system holds a file, symbolic links followed as in a chroot.
 * Undefined if the file system cannot be read, or not with so many reads as any real one needs, so that nothing is said about it.
 * @param path with `/`, from the root
 */
export async function isFileInExt(source: ByteSource, path: string): Promise<boolean | undefined> {
  return withinReads(source, mostReads, (limited) => lookUp(limited, path), undefined);
}

async function lookUp(source: ByteSource, path: string): Promise<boolean | undefined> {
  const ext = await openExt(source);
  const root = ext === undefined ? undefined : await readInode(ext, rootInode);
  if (ext === undefined || root?.type !== "directory") return undefined;
  let directories: Inode[] = [root];
  let names = path.split("/");
  let links = 0;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const directory = directories.at(-1) ?? root;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      directories = directories.length > 1 ? directories.slice(0, -1) : directories;
      continue;
    }
    const found = await entryOf(ext, directory, name);
    const last = names.every((rest) => rest === "" || rest === ".");
    if (found === undefined) return false;
    if (found.type === "link") {
      const target = await linkTarget(ext, found);
      if (++links > mostLinks || target === undefined) return false;
      if (target.startsWith("/")) directories = [root];
      names = [...target.split("/"), ...names];
    } else if (found.type === "directory") directories = [...directories, found];
    else return last && found.type === "file";
  }
  return false;
}

async function entryOf(ext: Ext, directory: Inode, name: string): Promise<Inode | undefined> {
  const wanted = Buffer.from(name);
  for await (const block of inodeBlocks(ext, directory)) {
    // An index of hashes (htree) looks like one empty entry to who reads on.
    for (let at = 0; at + 8 <= block.length;) {
      const length = block.readUInt16LE(at + 4);
      if (length < 8) break;
      const number = block.readUInt32LE(at);
      const found = block.subarray(at + 8, at + 8 + block.readUInt8(at + 6));
      if (number !== 0 && found.equals(wanted)) return readInode(ext, number);
      at += length;
    }
  }
  return undefined;
}

async function linkTarget(ext: Ext, { size, usesExtents, map, type }: Inode): Promise<string | undefined> {
  if (size === 0 || size > longestPath) return undefined;
  if (size < 60 && !usesExtents) return map.toString("utf8", 0, size);
  const { value } = await inodeBlocks(ext, { size, usesExtents, map, type }).next();
  return value === undefined ? undefined : (value as Buffer).toString("utf8", 0, size);
}
