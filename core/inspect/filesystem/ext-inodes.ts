import type { ByteSource } from "../byte-source.ts";

/** An ext2, ext3 or ext4 file system whose directories can be read. */
export interface Ext {
  readonly source: ByteSource;
  /** Bytes. */
  readonly blockSize: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  readonly inodeCount: number;
  /** Bytes of a group descriptor, and where the first one is. */
  readonly descriptorSize: number;
  readonly descriptorsStart: number;
}

/** One inode, as far as directories and links need it. */
export interface Inode {
  readonly type: "file" | "directory" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  readonly usesExtents: boolean;
  /** 60 bytes: the root of the block map or of the extents, or the target of a short link. */
  readonly map: Buffer;
}

// Incompatible features (Linux Documentation/filesystems/ext4/super.rst) with which directories are read as ever: filetype, recover, extents,
// 64bit, mmp, flex_bg, ea_inode, csum_seed, largedir, casefold.
const harmless = 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x20000;
const is64Bit = 0x80;

/** Reads the superblock; undefined if it is none, or uses what this reader does not know. */
export async function openExt(source: ByteSource): Promise<Ext | undefined> {
  const block = await source.read(1024, 1024);
  if (block.length < 1024 || block.readUInt16LE(56) !== 0xef53) return undefined;
  const logBlockSize = block.readUInt32LE(24);
  const inodesPerGroup = block.readUInt32LE(40);
  const incompatible = block.readUInt32LE(96);
  if (logBlockSize > 6 || inodesPerGroup === 0 || (incompatible & ~harmless) !== 0) return undefined;
  const blockSize = 1024 << logBlockSize;
  // Revision 0 has no such fields.
  const inodeSize = block.readUInt32LE(76) === 0 ? 128 : block.readUInt16LE(88);
  const descriptorSize = (incompatible & is64Bit) === 0 ? 32 : block.readUInt16LE(254);
  if (inodeSize < 128 || inodeSize > blockSize || descriptorSize < 32 || descriptorSize > 1024) return undefined;
  return {
    source,
    blockSize,
    inodesPerGroup,
    inodeSize,
    inodeCount: block.readUInt32LE(0),
    descriptorSize,
    descriptorsStart: (block.readUInt32LE(20) + 1) * blockSize,
  };
}

const types: Readonly<Record<number, Inode["type"]>> = { 0x4: "directory", 0x8: "file", 0xa: "link" };

/** Undefined for a number that the file system does not have. */
export async function readInode(ext: Ext, number: number): Promise<Inode | undefined> {
  if (number < 1 || number > ext.inodeCount) return undefined;
  const group = Math.floor((number - 1) / ext.inodesPerGroup);
  const descriptor = await ext.source.read(ext.descriptorsStart + group * ext.descriptorSize, ext.descriptorSize);
  if (descriptor.length < ext.descriptorSize) return undefined;
  const high = ext.descriptorSize >= 64 ? descriptor.readUInt32LE(40) : 0;
  const table = (high * 2 ** 32 + descriptor.readUInt32LE(8)) * ext.blockSize;
  const offset = table + ((number - 1) % ext.inodesPerGroup) * ext.inodeSize;
  if (!Number.isSafeInteger(offset)) return undefined;
  const inode = await ext.source.read(offset, 128);
  if (inode.length < 128) return undefined;
  return {
    type: types[inode.readUInt16LE(0) >> 12] ?? "other",
    size: inode.readUInt32LE(108) * 2 ** 32 + inode.readUInt32LE(4),
    usesExtents: (inode.readUInt32LE(32) & 0x80000) !== 0,
    map: inode.subarray(40, 100),
  };
}
