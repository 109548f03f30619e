import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { truncateSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { execa } from "execa";
import { temporaryDirectory } from "../temporary-directory.ts";
import { efiSystemPartition, readDisk, readGpt } from "./gpt.ts";

test("partitions are read as sgdisk wrote them", async (t) => {
  if ((await execa("sgdisk", ["--version"], { reject: false })).failed) return t.skip("needs sgdisk");
  if ((await execa("qemu-img", ["--version"], { reject: false })).failed) return t.skip("needs qemu-img");
  const directory = temporaryDirectory(t);
  const [disk, image] = [join(directory, "disk.raw"), join(directory, "disk.qcow2")];
  await writeFile(disk, "");
  truncateSync(disk, 64 * 2 ** 20);
  await execa("sgdisk", ["--new=1:2048:+10M", "--typecode=1:EF00", "--new=2:0:+2M", "--typecode=2:8300", disk]);
  await execa("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", disk, image]);
  assert.deepEqual(readGpt(await readDisk(image, directory, 0, 2 ** 20)), [
    { type: efiSystemPartition, offset: 2 ** 20, size: 10 * 2 ** 20 },
    { type: "0FC63DAF-8483-4772-8E79-3D69D8477DE4", offset: 11 * 2 ** 20, size: 2 * 2 ** 20 },
  ]);
});

test("a disk without a GUID partition table has no partitions", () => {
  assert.deepEqual(readGpt(Buffer.alloc(2 ** 20)), []);
});
