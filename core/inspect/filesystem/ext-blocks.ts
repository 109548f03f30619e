import type { Ext, Inode } from "./ext-inodes.ts";

/** The blocks of an inode that there are, in the order of the map. A hostile map has no end, so `ext.source` must. */
export async function* inodeBlocks(ext: Ext, inode: Inode): AsyncGenerator<Buffer> {
  let left = Math.ceil(inode.size / ext.blockSize);
  const numbers = inode.usesExtents ? extentBlocks(ext, inode.map, 5) : mappedBlocks(ext, inode.map);
  for await (const number of numbers) {
    if (left-- <= 0) return;
    yield await readBlock(ext, number);
  }
}

/** Always a read, also of what is not there: reads are what is counted. */
async function readBlock({ source, blockSize }: Ext, number: number): Promise<Buffer> {
  const offset = number * blockSize;
  return source.read(Number.isSafeInteger(offset) ? offset : source.size, blockSize);
}

/** Linux Documentation/filesystems/ext4/ifork.rst, "Extent Tree": a header of 12 bytes, entries of 12 bytes. */
async function* extentBlocks(ext: Ext, node: Buffer, deepest: number): AsyncGenerator<number> {
  if (node.length < 12 || node.readUInt16LE(0) !== 0xf30a) return;
  const entries = Math.min(node.readUInt16LE(2), Math.floor(node.length / 12) - 1);
  const depth = node.readUInt16LE(6);
  if (depth > deepest) return;
  for (let at = 12; at < 12 * (entries + 1); at += 12) {
    if (depth > 0) {
      const child = node.readUInt16LE(at + 8) * 2 ** 32 + node.readUInt32LE(at + 4);
      // Depths must go down, so a tree that points at itself ends.
      yield* extentBlocks(ext, await readBlock(ext, child), depth - 1);
      continue;
    }
    const start = node.readUInt16LE(at + 6) * 2 ** 32 + node.readUInt32LE(at + 8);
    const length = node.readUInt16LE(at + 4);
    // Lengths over 32768 mark blocks that were never written.
    for (let index = 0; length <= 32_768 && index < length; index++) yield start + index;
  }
}

/** The same document, "Direct/Indirect Block Addressing": 12 blocks, then maps of one, two and three levels. Holes are left out. */
async function* mappedBlocks(ext: Ext, map: Buffer): AsyncGenerator<number> {
  for (let index = 0; index < 15; index++) yield* throughMap(ext, map.readUInt32LE(index * 4), Math.max(0, index - 11));
}

async function* throughMap(ext: Ext, number: number, levels: number): AsyncGenerator<number> {
  if (number === 0) return;
  if (levels === 0) return yield number;
  const map = await readBlock(ext, number);
  for (let at = 0; at + 4 <= map.length; at += 4) yield* throughMap(ext, map.readUInt32LE(at), levels - 1);
}
