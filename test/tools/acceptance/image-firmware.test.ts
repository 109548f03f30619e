import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { imageFirmware } from "../../../tools/acceptance/image-firmware.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

for (const [title, types, firmware] of [
  ["an EFI system partition", ["-t", "1:EF00"], "uefi"],
  ["a partition for Linux only", ["-t", "1:8300"], "bios"],
  ["an EFI system partition in an MBR", ["-t", "1:EF00", "--gpttombr=1"], "uefi"],
] as const) {
  test(`a disk with ${title} boots with ${firmware}`, async (t) => {
    const disk = join(temporaryDirectory(t), "disk.raw");
    writeFileSync(disk, Buffer.alloc(8 * 1024 ** 2));
    await execa("sgdisk", ["-n", "1:2048:+2M", ...types, disk]);
    assert.equal(await imageFirmware(disk), firmware);
  });
}

test("a file system without a partition table boots with what the agent installs, BIOS", async (t) => {
  const image = join(temporaryDirectory(t), "image.raw");
  await execa("mkfs.ext4", ["-q", image, "4M"]);
  assert.equal(await imageFirmware(image), "bios");
});
