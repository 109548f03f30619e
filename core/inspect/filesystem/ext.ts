import { labelled, paddedText, type FileSystem } from "./superblock.ts";

/** Where the superblock is, and how long. */
export const extSuperblock = { offset: 1024, length: 1024 } as const;

const hasJournal = 0x4;
/** Incompatible features that ext3 does not have: all but filetype, recover, journal device and meta block groups. */
const beyondExt3Incompatible = ~0x1e;
/** Read-only compatible ones: all but sparse superblocks, large files and btree directories. */
const beyondExt3ReadOnly = ~0x7;

/** Source: Linux, Documentation/filesystems/ext4/super.rst; which of the three it is, as libblkid tells them apart. */
export function parseExt(superblock: Buffer): FileSystem | undefined {
  if (superblock.length < 1024 || superblock.readUInt16LE(56) !== 0xef53) return undefined;
  const logBlockSize = superblock.readUInt32LE(24);
  const inodes = superblock.readUInt32LE(0);
  const perGroup = superblock.readUInt32LE(32);
  if (logBlockSize > 6 || inodes === 0 || perGroup === 0) return undefined;
  const incompatible = superblock.readUInt32LE(96);
  const readOnly = superblock.readUInt32LE(100);
  const high = incompatible & 0x80 ? superblock.readUInt32LE(336) : 0;
  const blocks = high * 2 ** 32 + superblock.readUInt32LE(4);
  const beyond = (incompatible & beyondExt3Incompatible) !== 0 || (readOnly & beyondExt3ReadOnly) !== 0;
  const journal = (superblock.readUInt32LE(92) & hasJournal) !== 0;
  return {
    kind: beyond ? "ext4" : journal ? "ext3" : "ext2",
    size: blocks * 1024 * 2 ** logBlockSize,
    ...labelled(paddedText(superblock.subarray(120, 136))),
  };
}
