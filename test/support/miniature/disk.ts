const blockSize = 1024;
const blocks = 64;
const inodes = 32;

/**
 * A root file system in 64 KiB: ext2 with `/usr/sbin/grub-install`, which is what a partition image needs of GRUB.
 * @param mark content of that file, at most 1 KiB
 */
export function miniatureRoot(mark: string | Buffer = "#!/bin/sh\n"): Buffer {
  const disk = Buffer.alloc(blocks * blockSize);
  const block = (number: number) => disk.subarray(number * blockSize, (number + 1) * blockSize);
  // 0 boot, 1 superblock, 2 descriptors, 3 and 4 bitmaps, 5 to 8 inodes, then directories and the file.
  const [inodeTable, firstData] = [5, 9];
  superblock(block(1), blocks - 13, inodes - 13);
  block(2).set([3, 0, 0, 0, 4, 0, 0, 0, inodeTable, 0, 0, 0, blocks - 13, 0, inodes - 13, 0, 3, 0]);
  block(3).fill(0xff, 8).set([0xff, 0x0f, 0, 0, 0, 0, 0, 0x80]);
  block(4).fill(0xff, 4).set([0xff, 0x1f]);
  const content = Buffer.from(mark);
  const tree: readonly (readonly [number, number, number, Record<string, number>])[] = [
    [2, firstData, 3, { ".": 2, "..": 2, usr: 11 }],
    [11, firstData + 1, 3, { ".": 11, "..": 2, sbin: 12 }],
    [12, firstData + 2, 2, { ".": 12, "..": 11, "grub-install": 13 }],
  ];
  const inode = (number: number, mode: number, size: number, links: number, at: number): void => {
    const bytes = disk.subarray(inodeTable * blockSize + (number - 1) * 128);
    bytes.writeUInt16LE(mode, 0);
    bytes.writeUInt32LE(size, 4);
    bytes.writeUInt16LE(links, 26);
    bytes.writeUInt32LE(2, 28);
    bytes.writeUInt32LE(at, 40);
  };
  for (const [number, at, links, entries] of tree) {
    inode(number, 0o040755, blockSize, links, at);
    directory(block(at), entries);
  }
  inode(13, 0o100755, content.length, 1, firstData + 3);
  block(firstData + 3).set(content);
  return disk;
}

function superblock(bytes: Buffer, freeBlocks: number, freeInodes: number): void {
  for (const [at, value] of [
    [0, inodes],
    [4, blocks],
    [12, freeBlocks],
    [16, freeInodes],
    // The first block, where blocks are of 1 KiB.
    [20, 1],
    [32, 8192],
    [36, 8192],
    [40, inodes],
    // Revision 1; the first inode of a user; incompatible feature: directories tell types.
    [76, 1],
    [84, 11],
    [96, 2],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(20, 54);
  bytes.writeUInt16LE(0xef53, 56);
  // Clean, and go on after errors.
  bytes.writeUInt16LE(1, 58);
  bytes.writeUInt16LE(1, 60);
  bytes.writeUInt16LE(128, 88);
}

function directory(bytes: Buffer, entries: Record<string, number>): void {
  let at = 0;
  const names = Object.keys(entries);
  for (const [index, name] of names.entries()) {
    const length = index === names.length - 1 ? blockSize - at : 8 + Math.ceil(name.length / 4) * 4;
    bytes.writeUInt32LE(entries[name] ?? 0, at);
    bytes.writeUInt16LE(length, at + 4);
    bytes.set([name.length, name === "grub-install" ? 1 : 2], at + 6);
    bytes.write(name, at + 8);
    at += length;
  }
}

/** A disk of 1 MiB for a BIOS: boot code, and one partition with a {@link miniatureRoot} at 512 KiB. */
export function miniatureDisk(mark?: string | Buffer): Buffer {
  const disk = Buffer.alloc(1024 * 1024);
  // cli; hlt; jmp to hlt
  disk.set([0xfa, 0xf4, 0xeb, 0xfd]);
  // Active, Linux, sectors 1024 to 1151.
  disk.set([0x80, 0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff, 0, 4, 0, 0, 128, 0, 0, 0], 446);
  disk.set([0x55, 0xaa], 510);
  disk.set(miniatureRoot(mark), 512 * 1024);
  return disk;
}
