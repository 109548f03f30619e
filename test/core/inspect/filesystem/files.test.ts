import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { memorySource, type ByteSource } from "../../../../core/inspect/byte-source.ts";
import { isFileInExt } from "../../../../core/inspect/filesystem/ext-files.ts";
import { isFileInFat } from "../../../../core/inspect/filesystem/fat-files.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { isThere } from "../corpus/workshop.ts";
import { randomFrom } from "../random.ts";

const env = { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
const run = (command: string, ...words: string[]) => execa(command, words, { env });

const efi = "EFI/BOOT/BOOTX64.EFI";

/** A FAT file system of mkfs.vfat's with a file of mcopy's. */
async function fat(t: TestContext, size: string, words: readonly string[], file: string): Promise<ByteSource> {
  const path = join(temporaryDirectory(t), "fat");
  writeFileSync(path, "");
  await run("truncate", "--size", size, path);
  await run("mkfs.vfat", ...words, path);
  const parents = file.split("/").slice(0, -1);
  for (const [index] of parents.entries()) await run("mmd", "-i", path, `::${parents.slice(0, index + 1).join("/")}`);
  // Many more, so that the directory is a chain of clusters.
  const other = join(temporaryDirectory(t), "a long name of another file");
  writeFileSync(other, "another");
  for (const copy of Array(30).keys()) await run("mcopy", "-i", path, other, `::${parents.join("/")}/another ${copy}`);
  writeFileSync(other, "EFI");
  await run("mcopy", "-i", path, other, `::${file}`);
  return memorySource(readFileSync(path));
}

for (const [what, size, words] of [
  ["12 bits", "1M", ["-F", "12"]],
  ["12 bits and large clusters", "8M", ["-F", "12", "-s", "8"]],
  ["16 bits", "16M", ["-F", "16"]],
  ["32 bits", "40M", ["-F", "32"]],
  ["16 bits and sectors of 4096", "40M", ["-F", "16", "-S", "4096", "-s", "1"]],
] as const) {
  test(`files are found in a FAT of ${what}`, async (t) => {
    if (!isThere("mcopy")) return t.skip("needs mcopy (Debian: mtools)");
    const source = await fat(t, size, words, "efi/boot/bootx64.efi");
    assert.equal(await isFileInFat(source, efi), true);
    assert.equal(await isFileInFat(source, "EFI/BOOT/BOOTAA64.EFI"), false);
    assert.equal(await isFileInFat(source, "EFI/BOOT"), false, "a directory is no file");
    assert.equal(await isFileInFat(source, "EFI/DEBIAN/SHIMX64.EFI"), false);
    assert.equal(await isFileInFat(source, `${efi}/MORE`), false);
  });
}

test("what is no FAT is not looked into", async () => {
  assert.equal(await isFileInFat(memorySource(Buffer.alloc(10_000)), efi), undefined);
  assert.equal(await isFileInFat(memorySource(Buffer.alloc(0)), efi), undefined);
});

/** A tree of files, packed by mke2fs. */
async function ext(t: TestContext, words: readonly string[], size = "4M"): Promise<ByteSource> {
  const directory = temporaryDirectory(t);
  const root = join(directory, "root");
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  mkdirSync(join(root, "far"));
  // As Fedora has it: /usr/sbin is a link.
  symlinkSync("bin", join(root, "usr/sbin"));
  symlinkSync("/usr/bin", join(root, "absolute"));
  symlinkSync("../../usr/bin/grub-install", join(root, "far/relative"));
  symlinkSync("circle", join(root, "circle"));
  symlinkSync(`${"./".repeat(40)}usr/bin`, join(root, "longer-than-an-inode"));
  writeFileSync(join(root, "usr/bin/grub-install"), "#!/bin/sh\n");
  // Enough that the directory has many blocks, and an index where the file system knows it.
  for (const count of Array(600).keys())
    writeFileSync(join(root, "usr/bin", `a-program-with-a-long-name-${count}`), "");
  const path = join(directory, "ext");
  await run("mke2fs", "-q", ...words, "-d", root, path, size);
  return memorySource(readFileSync(path));
}

for (const [what, words] of [
  ["ext2", ["-t", "ext2"]],
  ["ext3 with blocks of 4096", ["-t", "ext3", "-b", "4096", "-J", "size=4"]],
  ["ext4", ["-t", "ext4"]],
  ["ext4 with blocks of 4096 and 32-bit addresses", ["-t", "ext4", "-b", "4096", "-O", "^64bit"]],
  ["ext4 with inodes of 128 bytes", ["-t", "ext4", "-I", "128"]],
  ["ext4 without extents", ["-t", "ext4", "-O", "^extents,^64bit"]],
  ["ext4 with several groups", ["-t", "ext4", "-b", "1024", "-g", "1024", "-N", "2048"]],
] as const) {
  test(`files are found in ${what}, also through links`, async (t) => {
    const source = await ext(t, words, "16M");
    for (const path of [
      "usr/bin/grub-install",
      "usr/bin/a-program-with-a-long-name-599",
      "usr/sbin/grub-install",
      "absolute/grub-install",
      "far/relative",
      "far/../usr/./sbin/grub-install",
      "../usr/bin/grub-install",
      "longer-than-an-inode/grub-install",
    ])
      assert.equal(await isFileInExt(source, path), true, path);
    for (const path of ["usr/bin/grub2-install", "usr/bin", "circle", "nowhere/file", "usr/bin/grub-install/more"])
      assert.equal(await isFileInExt(source, path), false, path);
  });
}

test("an ext4 with what this reader does not know is not looked into", async (t) => {
  assert.equal(await isFileInExt(await ext(t, ["-t", "ext4", "-O", "inline_data"]), "usr/bin/grub-install"), undefined);
  assert.equal(await isFileInExt(memorySource(Buffer.alloc(10_000)), "a"), undefined);
});

/** Counts what is asked for. */
function counted(source: ByteSource): ByteSource & { reads: number } {
  return {
    size: source.size,
    bytesRead: 0,
    reads: 0,
    read(offset, length) {
      this.reads++;
      return source.read(offset, length);
    },
  };
}

test("500 damaged file systems (seeded) end every look, with an answer and few reads", async (t) => {
  const random = randomFrom(5);
  const makes = [await ext(t, ["-t", "ext4"]), await ext(t, ["-t", "ext2"])];
  if (isThere("mcopy")) makes.push(await fat(t, "1M", ["-F", "12"], efi));
  let found = 0;
  for (const number of Array(500).keys()) {
    const source = makes[number % makes.length] ?? memorySource(Buffer.alloc(0));
    const bytes = Buffer.from(await source.read(0, Math.min(source.size, 2 ** 22)));
    for (let damage = 0; damage < 40; damage++) {
      // Mostly where the tables are.
      const at = Math.floor(random() ** 3 * bytes.length);
      bytes[at] = random() < 0.5 ? 0xff : Math.floor(random() * 256);
    }
    const damaged = counted(memorySource(random() < 0.1 ? bytes.subarray(0, bytes.length / 2) : bytes));
    const answers = [await isFileInExt(damaged, "usr/sbin/grub-install"), await isFileInFat(damaged, efi)];
    found += answers.filter((answer) => answer === true).length;
    assert.ok(damaged.reads <= 2 * 2048, `${damaged.reads} reads of number ${number}`);
  }
  assert.ok(found > 150, `${found} of 500 are still found, so the damage is not all in the first sector`);
});

test("a map that leads nowhere, again and again, is left after 2048 reads (played: by hand)", async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "ext");
  await run("mke2fs", "-q", "-t", "ext2", "-b", "1024", "-I", "128", path, "4M");
  const bytes = readFileSync(path);
  truncateSync(path, 0);
  // The root's inode: its map's last entry, of three levels, leads to a block that leads to itself, but for its last level.
  const inode = bytes.readUInt32LE(2048 + 8) * 1024 + 128;
  bytes.fill(0, inode + 40, inode + 100);
  bytes.writeUInt32LE(0xffffffff, inode + 4);
  bytes.writeUInt32LE(4000, inode + 40 + 14 * 4);
  for (let at = 0; at < 1024; at += 4) bytes.writeUInt32LE(4000, 4000 * 1024 + at);
  const source = counted(memorySource(bytes));
  assert.equal(await isFileInExt(source, "anything"), undefined, "not looked into");
  assert.equal(source.reads, 2048);
});

test("links on the way, large directories, and paths of links do not multiply: 2048 reads are all (played: by hand)", async () => {
  const block = 1024;
  const bytes = Buffer.alloc(600 * block);
  const superblock = bytes.subarray(block);
  for (const [at, value] of [
    [0, 16],
    [4, 600],
    [20, 1],
    [32, 8192],
    [40, 16],
    [76, 1],
    [96, 0x40],
  ] as const)
    superblock.writeUInt32LE(value, at);
  superblock.writeUInt16LE(0xef53, 56);
  superblock.writeUInt16LE(128, 88);
  bytes.writeUInt32LE(3, 2 * block + 8);
  /** An inode of one extent. */
  const inode = (number: number, mode: number, size: number, first: number) => {
    const at = 3 * block + (number - 1) * 128;
    bytes.writeUInt16LE(mode, at);
    bytes.writeUInt32LE(size, at + 4);
    bytes.writeUInt32LE(0x80000, at + 32);
    for (const [offset, value] of [
      [0, 0xf30a],
      [2, 1],
      [4, 4],
      [16, 500],
    ] as const)
      bytes.writeUInt16LE(value, at + 40 + offset);
    bytes.writeUInt32LE(first, at + 40 + 20);
  };
  // The root: 499 blocks without entries, then itself as "a", and "usr", a link that goes through the root 500 times and to itself.
  const target = `${"a/".repeat(500)}usr`;
  inode(2, 0x4000, 500 * block, 100);
  inode(11, 0xa000, target.length, 50);
  bytes.write(target, 50 * block);
  let at = 599 * block;
  for (const [number, name, length] of [
    [2, "a", 16],
    [11, "usr", 1008],
  ] as const) {
    bytes.writeUInt32LE(number, at);
    bytes.writeUInt16LE(length, at + 4);
    bytes.writeUInt8(name.length, at + 6);
    bytes.write(name, at + 8);
    at += length;
  }
  const source = counted(memorySource(bytes));
  assert.equal(await isFileInExt(source, "usr/sbin/grub-install"), undefined);
  assert.equal(source.reads, 2048);
});

test("directories of a FAT that run in circles are left after 2048 reads for the whole path (played: by hand)", async () => {
  const bytes = Buffer.alloc(3 * 2 ** 20);
  // 16 bits: sectors of 512, one in a cluster, two tables of 32 sectors, 16 entries in the root.
  for (const [at, value] of [
    [11, 512],
    [14, 1],
    [17, 16],
    [19, 6000],
    [22, 32],
  ] as const)
    bytes.writeUInt16LE(value, at);
  bytes.writeUInt8(1, 13);
  bytes.writeUInt8(2, 16);
  bytes.writeUInt8(0xf8, 21);
  const root = 65 * 512;
  bytes.write("EFI        \x10", root, "latin1");
  bytes.writeUInt16LE(2, root + 26);
  // Cluster 2 leads to 3, and 3 to itself; "BOOT" is nowhere. Nothing in them is the end of a directory.
  bytes.writeUInt16LE(3, 512 + 4);
  bytes.writeUInt16LE(3, 512 + 6);
  bytes.fill("x", root + 512, root + 512 + 1024);
  bytes.write("FAT16   ", 54);
  bytes.writeUInt16LE(0xaa55, 510);
  const source = counted(memorySource(bytes));
  assert.equal(await isFileInFat(source, efi), false);
  assert.equal(source.reads, 2048);
});
