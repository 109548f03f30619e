import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { probeFileSystems } from "../../../../core/inspect/filesystem/probe.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { isThere, Workshop } from "../corpus/workshop.ts";

const mib = 2 ** 20;

/** Command after `mkfs.`, words, size in MiB, and what the file system then says of itself. */
const made: readonly (readonly [string, readonly string[], number, object])[] = [
  ["ext2", ["-q", "-F", "-L", "plain"], 2, { kind: "ext2", size: 2 * mib, label: "plain" }],
  ["ext3", ["-q", "-F"], 8, { kind: "ext3", size: 8 * mib }],
  ["ext4", ["-q", "-F", "-L", "sixteen letters!"], 8, { kind: "ext4", size: 8 * mib, label: "sixteen letters!" }],
  ["ext4", ["-q", "-F", "-b", "4096", "-O", "^has_journal"], 8, { kind: "ext4", size: 8 * mib }],
  ["xfs", ["-q", "-L", "data"], 20, { kind: "xfs", size: 20 * mib, label: "data" }],
  ["vfat", ["-F", "12", "-n", "BOOT"], 1, { kind: "vfat", size: mib, label: "BOOT" }],
  ["vfat", ["-F", "16", "-n", "ESP"], 16, { kind: "vfat", size: 16 * mib, label: "ESP" }],
  ["vfat", ["-F", "32", "-n", "LARGE"], 40, { kind: "vfat", size: 40 * mib, label: "LARGE" }],
  ["vfat", ["-S", "4096", "-n", "SECTORS"], 16, { kind: "vfat", size: 16 * mib, label: "SECTORS" }],
];

for (const [kind, words, size, expected] of made) {
  test(`mkfs.${kind} ${words.join(" ")} is told by its superblock`, async (t) => {
    if (!isThere(`mkfs.${kind}`)) return t.skip(`needs mkfs.${kind}`);
    const path = await new Workshop(temporaryDirectory(t)).fileSystem(kind, size * mib, ...words);
    assert.deepEqual(await probeFileSystems(memorySource(readFileSync(path))), [expected]);
  });
}

test("a CD of xorriso is told with its size and name", async (t) => {
  if (!isThere("xorriso")) return t.skip("needs xorriso");
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "file"), "content");
  const path = join(directory, "cd.iso");
  await execa("xorriso", ["-as", "mkisofs", "-quiet", "-V", "NAME", "-no-pad", "-o", path, join(directory, "file")]);
  const bytes = readFileSync(path);
  assert.deepEqual(await probeFileSystems(memorySource(bytes)), [
    { kind: "iso9660", size: bytes.length, label: "NAME" },
  ]);
});

test("two file systems on one disk are both told", async (t) => {
  const shop = new Workshop(temporaryDirectory(t));
  const path = await shop.fileSystem("vfat", 16 * mib);
  const bytes = readFileSync(path);
  (await shop.ext4()).copy(bytes, 1024, 1024, 2048);
  const found = await probeFileSystems(memorySource(bytes));
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["ext4", "vfat"],
  );
});

test("nothing is made out of zeros, of text, or of a beginning that is too short", async (t) => {
  for (const bytes of [Buffer.alloc(100_000), Buffer.alloc(100_000, "text "), Buffer.alloc(0), Buffer.alloc(513, 1)])
    assert.deepEqual(await probeFileSystems(memorySource(bytes)), []);
  const path = await new Workshop(temporaryDirectory(t)).fileSystem("ext2", 2 * mib, "-q", "-F");
  truncateSync(path, 1500);
  assert.deepEqual(await probeFileSystems(memorySource(readFileSync(path))), []);
});
