import assert from "node:assert/strict";
import { test } from "node:test";
import { mockEngine } from "./support/mocks.ts";

test("a first preview, with a played engine, stands unknown ids and digests and knows fingerprint and paths", async () => {
  const registered = await mockEngine({ userImages: { "my-image": { recipe: "debian-minimal-partition" } } }, true);
  const { userImages } = (await import("../index.ts")) as unknown as { userImages: { isKnown: Promise<boolean> } };
  assert.equal(await userImages.isKnown, false, "ids are unknown before the first up");
  const names = registered.filter(({ type }) => type === "Image").map(({ name }) => name);
  assert.deepEqual(names.sort(), ["my-image-image", "my-image-kernel", "my-image-ramdisk"]);
  const kernel = registered.find(({ name }) => name === "my-image-kernel");
  assert.equal(kernel?.inputs["localFilePath"], "debian-minimal-partition.vmlinuz");
});
