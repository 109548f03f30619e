import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { fileSource } from "../../../core/inspect/byte-source.ts";
import { inspectDiskImage } from "../../../core/inspect/disk-image.ts";
import { minimumDisk } from "../../../core/recipe/disk-size.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const gibibyte = 2 ** 30;
const image = { key: "my-image", maxVirtualSizeGiB: 100 };

for (const [what, virtualSize, given, expected] of [
  ["a disk of one byte", 1, undefined, 1],
  ["a disk of whole GiB", 3 * gibibyte, undefined, 3],
  ["a byte more", 3 * gibibyte + 1, undefined, 4],
  ["a minimum that is given", 3 * gibibyte, 10, 10],
  ["a minimum that just fits", 3 * gibibyte, 3, 3],
  ["a disk as large as it may be", 100 * gibibyte, undefined, 100],
] as const) {
  test(`min_disk is right for ${what}`, () => {
    assert.equal(minimumDisk({ ...image, ...(given && { minDiskGiB: given }) }, virtualSize), expected);
  });
}

test("fault 28: a disk that is larger than allowed is refused, whatever its file's size, and the config key is named", () => {
  assert.throws(() => minimumDisk({ ...image, minDiskGiB: 200 }, 100 * gibibyte + 1), {
    code: "image-too-large",
    message:
      /^userImages\.my-image: the image's disk has 101 GiB, and maxVirtualSizeGiB is 100; nothing was registered/,
  });
});

test("fault 28: a qcow2 file of a few hundred kilobytes with a disk of 1 TiB is measured by its header, and refused", async (t) => {
  const path = join(temporaryDirectory(t), "sparse.qcow2");
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", path, "1T"]);
  await using handle = await open(path);
  const source = await fileSource(handle);
  assert.ok(source.size < 2 ** 20, `${source.size} bytes`);
  const { facts } = await inspectDiskImage(source, { kind: "partition", diskFormat: "qcow2", allowLuks: false });
  assert.equal(facts.virtualSize, 2 ** 40);
  assert.ok(source.bytesRead < 2 ** 20, `${source.bytesRead} bytes read`);
  assert.throws(() => minimumDisk(image, facts.virtualSize), {
    code: "image-too-large",
    message: /the image's disk has 1024 GiB/,
  });
});

test("a minimum below the disk's size is refused, and the config key is named", () => {
  assert.throws(() => minimumDisk({ ...image, minDiskGiB: 2 }, 2 * gibibyte + 1), {
    code: "min-disk-too-small",
    message: /^userImages\.my-image: minDiskGiB is 2, and the image's disk has 3 GiB/,
  });
});
