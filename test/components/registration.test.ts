import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { mockEngine } from "../support/mocks.ts";

const content: RecipeContent = {
  kind: "partition",
  distribution: "tiny",
  release: "1",
  architecture: "amd64",
  elements: [],
  packages: [],
  bootloader: "none",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

test("with a played engine: of an image's properties only what is given and what is read becomes an output, and all of it arrives", async () => {
  const registered = await mockEngine({}, false);
  const { registerImage, registration } = await import("../../components/registration.ts");
  const { DiskImage } = await import("../../providers/disk-image/resource.ts");
  const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
  const artifact = new DiskImage("disk", { name: "disk", content });
  const args = { key: "disk", artifactName: "disk", keepPrevious: false };
  const image = registerImage(registration(args, artifact, parent), "image", {
    name: "my-image",
    path: artifact.imagePath,
    properties: { a: "b" },
    diskFormat: "qcow2",
    minDiskGiB: 3,
  });
  const outputs = Object.entries(image).filter(([, value]) => pulumi.Output.isInstance(value));
  const given = ["containerFormat", "diskFormat", "localFilePath", "minDiskGb", "name", "properties", "visibility"];
  assert.deepEqual(outputs.map(([name]) => name).sort(), ["checksum", "id", "urn", ...given].sort());
  assert.equal(await new Promise((resolve) => image.id.apply(resolve)), "id-of-disk-image");
  assert.deepEqual(registered.find(({ type }) => type === "Image")?.inputs, {
    name: "my-image",
    containerFormat: "bare",
    diskFormat: "qcow2",
    localFilePath: "disk.qcow2",
    minDiskGb: 3,
    properties: { a: "b" },
    visibility: "private",
  });
});
