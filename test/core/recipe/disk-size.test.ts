import assert from "node:assert/strict";
import { test } from "node:test";
import { minimumDisk } from "../../../core/recipe/disk-size.ts";

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

test("a minimum below the disk's size is refused, and the config key is named", () => {
  assert.throws(() => minimumDisk({ ...image, minDiskGiB: 2 }, 2 * gibibyte + 1), {
    code: "min-disk-too-small",
    message: /^userImages\.my-image: minDiskGiB is 2, and the image's disk has 3 GiB/,
  });
});
