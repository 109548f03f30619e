import assert from "node:assert/strict";
import { test } from "node:test";
import { shellDeployIds, shellIds } from "../../../tools/ids/shell-names.ts";

const triple = { imageId: "i", kernelId: "k", ramdiskId: "r" };

test("one image has the documentation's names", () => {
  assert.equal(shellIds({ "my-image": triple }, "my-image"), "MY_VMLINUZ_UUID=k\nMY_INITRD_UUID=r\nMY_IMAGE_UUID=i\n");
});

test("a whole-disk image has an image id alone", () => {
  assert.equal(shellIds({ disk: { imageId: "i" } }, "disk"), "MY_IMAGE_UUID=i\n");
});

test("all images have their own name in front, safe for a shell", () => {
  const images = { "my-image": { imageId: "i" }, "7.1": { imageId: "j" } };
  assert.equal(shellIds(images), "MY_IMAGE_MY_IMAGE_UUID=i\n_7_1_MY_IMAGE_UUID=j\n");
});

test("an unknown image is refused with those that there are", () => {
  assert.throws(() => shellIds({ one: triple, two: triple }, "three"), /no image three; it has one, two/);
});

test("two images with one shell name are refused", () => {
  assert.throws(() => shellIds({ "a-b": triple, "a.b": triple }), /a-b and a\.b .* A_B_/);
});

test("deploy images have the names that the stack exports, and its texts are no ids", () => {
  assert.equal(
    shellDeployIds({ DEPLOY_INITRD_UUID: "r", DEPLOY_VMLINUZ_UUID: "k", ironicConf: "[conductor]\n", nodeSet: "x" }),
    "DEPLOY_VMLINUZ_UUID=k\nDEPLOY_INITRD_UUID=r\n",
  );
});
