import assert from "node:assert/strict";
import { test } from "node:test";
import { macAddresses } from "../../../tools/acceptance/mac-addresses.ts";
import { newNode, rootDiskGiB } from "../../../tools/acceptance/new-node.ts";

const gib = 1024 ** 3;

test("a node names the image by its id alone: kernel, ramdisk and kind are Glance's to say", () => {
  const image = { key: "my-image", imageId: "i1", kernelId: "k1", ramdiskId: "r1", buildId: "b1" };
  const deploy = { kernelId: "k2", ramdiskId: "r2", buildId: "b2" };
  const request = { name: "n", image, deploy, deployInterface: "direct", firmware: "uefi", rootGiB: 5 } as const;
  assert.deepEqual(newNode({ ...request, kernelArguments: ["console=ttyS0", "nofb"] }), {
    name: "n",
    driver: "manual-management",
    deploy_interface: "direct",
    properties: { cpu_arch: "x86_64", capabilities: "boot_mode:uefi" },
    driver_info: { deploy_kernel: "k2", deploy_ramdisk: "r2", kernel_append_params: "console=ttyS0 nofb" },
    instance_info: { image_source: "i1", root_gb: 5 },
  });
});

for (const [title, record, expected] of [
  ["the virtual size, rounded up", { virtual_size: 2 * gib + 1, size: 1, min_disk: 0 }, 3],
  ["min_disk where it is more", { virtual_size: 2 * gib, size: 1, min_disk: 10 }, 10],
  ["the size of an image without a virtual size", { virtual_size: null, size: 3 * gib, min_disk: 0 }, 3],
  ["1 at least", { size: 0 }, 1],
] as const) {
  test(`the root disk is ${title}`, () => {
    assert.equal(rootDiskGiB(record), expected);
  });
}

test("each network card has an address of its own", () => {
  const next = macAddresses();
  const addresses = Array.from({ length: 300 }, next);
  assert.equal(new Set(addresses).size, 300);
  for (const address of addresses) assert.match(address, /^52:54:00(:[0-9a-f]{2}){3}$/);
});
