import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { partitionTypes } from "../../../../core/inspect/disk/gpt.ts";
import { promisesGpt, readPartitionTable } from "../../../../core/inspect/disk/partition-table.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { isThere, Workshop } from "../corpus/workshop.ts";

const mib = 2 ** 20;

test("a GPT of sgdisk is read with types, places and sizes of its partitions", async (t) => {
  if (!isThere("sgdisk")) return t.skip("needs sgdisk");
  const shop = new Workshop(temporaryDirectory(t));
  const file = shop.empty(16 * mib);
  const parts = ["-n", "1:2048:+2M", "-t", "1:ef00", "-n", "3:8192:+1M", "-t", "3:ef02", "-n", "7:0:+3M"];
  await shop.run("sgdisk", ...parts, "-t", "7:8300", file);
  const table = await readPartitionTable(memorySource(readFileSync(file)));
  assert.equal(table.kind, "gpt");
  assert.ok(promisesGpt(table));
  const { sectorSize, problem, backup } = table.gpt ?? {};
  assert.deepEqual({ sectorSize, problem, backup }, { sectorSize: 512, problem: undefined, backup: "good" });
  assert.deepEqual(table.partitions, [
    { number: 1, type: partitionTypes.efiSystem, start: mib, size: 2 * mib },
    { number: 3, type: partitionTypes.biosBoot, start: 4 * mib, size: mib },
    { number: 7, type: "0FC63DAF-8483-4772-8E79-3D69D8477DE4", start: 5 * mib, size: 3 * mib },
  ]);
});

test("a GPT in sectors of 4096 bytes is read with places and sizes in bytes", async (t) => {
  if (!isThere("fdisk")) return t.skip("needs fdisk");
  const shop = new Workshop(temporaryDirectory(t));
  const file = shop.empty(16 * mib);
  // A new GPT, partition 1 from sector 256 to 767, type 1: EFI system.
  const keys = shop.file(Buffer.from("g\nn\n1\n256\n767\nt\n1\nw\n"));
  await shop.run("sh", "-c", `fdisk -b 4096 "$1" <"$2"`, "sh", file, keys);
  const table = await readPartitionTable(memorySource(readFileSync(file)));
  assert.equal(table.gpt?.sectorSize, 4096);
  assert.equal(table.gpt.backup, "good");
  assert.deepEqual(table.partitions, [{ number: 1, type: partitionTypes.efiSystem, start: mib, size: 2 * mib }]);
});

test("an MBR of parted is read with its primary partitions", async (t) => {
  if (!isThere("parted")) return t.skip("needs parted");
  const shop = new Workshop(temporaryDirectory(t));
  const file = shop.empty(16 * mib);
  const parts = ["mkpart", "primary", "ext4", "1MiB", "3MiB", "mkpart", "primary", "fat32", "3MiB", "4MiB"];
  await shop.run("parted", "-s", file, "mklabel", "msdos", ...parts, "set", "2", "boot", "on");
  const table = await readPartitionTable(memorySource(readFileSync(file)));
  assert.equal(table.kind, "mbr");
  assert.deepEqual(table.partitions, [
    { number: 1, type: "83", start: mib, size: 2 * mib },
    { number: 2, type: "0C", start: 3 * mib, size: mib },
  ]);
  assert.deepEqual(
    table.mbr?.entries.map(({ bootFlag }) => bootFlag),
    [0, 0x80, 0, 0],
  );
});

for (const [what, bytes] of [
  ["zeros", Buffer.alloc(100_000)],
  ["nothing", Buffer.alloc(0)],
  ["half a sector", Buffer.alloc(256, 0xaa)],
] as const) {
  test(`${what} are no partition table`, async () => {
    assert.deepEqual(await readPartitionTable(memorySource(bytes)), { partitions: [] });
  });
}
