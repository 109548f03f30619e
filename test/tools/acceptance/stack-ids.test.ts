import assert from "node:assert/strict";
import { test } from "node:test";
import { stackIds } from "../../../tools/acceptance/stack-ids.ts";

const outputs = {
  userImages: {
    "my-image": { imageId: "i1", kernelId: "k1", ramdiskId: "r1", buildId: "b1", fingerprint: "f1" },
    "my-disk": { imageId: "i2", buildId: "b2", fingerprint: "f2" },
  },
  deployImages: { amd64: { kernelId: "k3", ramdiskId: "r3", buildId: "b3", memory: {} } },
  ironic: {},
};

test("all images of a stack are taken, with the deploy images of amd64", () => {
  const { images, deploy } = stackIds(outputs, "prod", []);
  assert.deepEqual(images, [
    { key: "my-image", imageId: "i1", kernelId: "k1", ramdiskId: "r1", buildId: "b1" },
    { key: "my-disk", imageId: "i2", buildId: "b2" },
  ]);
  assert.deepEqual(deploy, { kernelId: "k3", ramdiskId: "r3", buildId: "b3" });
});

test("named images are taken, each once", () => {
  const { images } = stackIds(outputs, "prod", ["my-disk", "my-disk"]);
  assert.deepEqual(
    images.map(({ key }) => key),
    ["my-disk"],
  );
});

for (const [title, given, wanted, code, message] of [
  ["a stack that was never brought up", {}, [], "no-ids", /pulumi up --stack prod/],
  ["a stack without user images", { ...outputs, userImages: {} }, [], "no-ids", /publishes no user image/],
  ["an image that the stack has not", outputs, ["other"], "unknown-image", /no image other; it has my-image, my-disk/],
  ["a stack without deploy images", { userImages: outputs.userImages }, [], "no-deploy-images", /deployImages/],
  [
    "deploy images of another architecture",
    { ...outputs, deployImages: { arm64: outputs.deployImages.amd64 } },
    [],
    "no-deploy-images",
    /for amd64/,
  ],
] as const) {
  test(`${title} is refused`, () => {
    assert.throws(() => stackIds(given, "prod", wanted), { code, message });
  });
}
