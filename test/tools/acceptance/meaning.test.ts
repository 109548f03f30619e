import assert from "node:assert/strict";
import { test } from "node:test";
import { meaningOf } from "../../../tools/acceptance/meaning.ts";

for (const [title, stage, why, meaning] of [
  ["bytes that changed", "bytes", "another sha512", /changed it in Glance's store/],
  ["an image that Glance does not give", "missing", "Glance: no image", /pulumi up --refresh/],
  [
    "a format that Ironic does not take",
    "prepare",
    "Failed to prepare to deploy: The requested image is not valid for use.",
    /not what Glance says/,
  ],
  [
    "damage that only the conversion sees",
    "prepare",
    "Command: qemu-img convert -O raw\nExit code: 1",
    /damaged inside/,
  ],
  [
    "a partition image without its kernel",
    "prepare",
    "Cannot validate: some parameters were missing in node's instance_info: kernel_id, ramdisk_id",
    /does not find kernel and ramdisk/,
  ],
  ["a machine that calls nobody", "network-boot", "the machine said nothing for 300 s", /do not bring up an agent/],
  [
    "a command that the deploy ramdisk lacks",
    "write",
    "Agent returned error: [Errno 2] No such file or directory: 'file'",
    /has no file, which the agent needs/,
  ],
  [
    "a partition image without a boot loader",
    "write",
    "Installing GRUB2 boot loader to device /dev/vda failed",
    /bootloader: grub2/,
  ],
  ["a disk that does not boot", "boot", "the guest said nothing for 180 s", /dead machines/],
  ["a disk that is not heard", "silence", "the guest said nothing for 900 s", /enable-serial-console/],
  ["anything else before the machine", "prepare", "no idea", /as far as starting a machine/],
  ["anything else of the agent", "write", "no idea", /could not write the image/],
] as const) {
  test(`${title} has a sentence of its own`, () => {
    assert.match(meaningOf(stage, why), meaning);
  });
}
