import type { Ext, Inode } from "./ext-inodes.ts";

/** Bytes of one directory or link that are looked at, and of the maps that lead to them; /usr/sbin has a few KiB. A hostile map could have no end. */
const mostBytes = 16 * 2 ** 20;

/** What may still be read. */
interface Budget {
  blocks: number;
}

/** The blocks of an inode that there are, in the order of the map; not all of one that is larger than any real directory. */
export async function* inodeBlocks(ext: Ext, inode: Inode): AsyncGenerator<Buffer> {
  const budget: Budget = { blocks: mostBytes / ext.blockSize };
  let left = Math.ceil(inode.size / ext.blockSize);
  const numbers = inode.usesExtents ? extentBlocks(ext, inode.map, 5, budget) : mappedBlocks(ext, inode.map, budget);
  for await (const number of numbers) {
    if (left-- <= 0) return;
    yield await readBlock(ext, number, budget);
  }
}

async function readBlock({ source, blockSize }: Ext, number: number, budget: Budget): Promise<Buffer> {
  const offset = number * blockSize;
  return budget.blocks-- > 0 && Number.isSafeInteger(offset) ? source.read(offset, blockSize) : Buffer.alloc(0);
}

/** Linux Documentation/filesystems/ext4/ifork.rst, "Extent Tree": a header of 12 bytes, entries of 12 bytes. */
async function* extentBlocks(ext: Ext, node: Buffer, deepest: number, budget: Budget): AsyncGenerator<number> {
  if (node.length < 12 || node.readUInt16LE(0) !== 0xf30a) return;
  const entries = Math.min(node.readUInt16LE(2), Math.floor(node.length / 12) - 1);
  const depth = node.readUInt16LE(6);
  if (depth > deepest) return;
  for (let at = 12; at < 12 * (entries + 1) && budget.blocks > 0; at += 12) {
    if (depth > 0) {
      const child = node.readUInt16LE(at + 8) * 2 ** 32 + node.readUInt32LE(at + 4);
      // Depths must go down, so a tree that points at itself ends.
      yield* extentBlocks(ext, await readBlock(ext, child, budget), depth - 1, budget);
      continue;
    }
    const start = node.readUInt16LE(at + 6) * 2 ** 32 + node.readUInt32LE(at + 8);
    const length = node.readUInt16LE(at + 4);
    // Lengths over 32768 mark blocks that were never written.
    for (let index = 0; length <= 32_768 && index < length; index++) yield start + index;
  }
}

/** The same document, "Direct/Indirect Block Addressing": 12 blocks, then maps of one, two and three levels. Holes are left out. */
async function* mappedBlocks(ext: Ext, map: Buffer, budget: Budget): AsyncGenerator<number> {
  for (let index = 0; index < 15; index++)
    yield* throughMap(ext, map.readUInt32LE(index * 4), Math.max(0, index - 11), budget);
}

async function* throughMap(ext: Ext, number: number, levels: number, budget: Budget): AsyncGenerator<number> {
  if (number === 0 || budget.blocks <= 0) return;
  if (levels === 0) return yield number;
  const map = await readBlock(ext, number, budget);
  for (let at = 0; at + 4 <= map.length; at += 4) yield* throughMap(ext, map.readUInt32LE(at), levels - 1, budget);
}
