import assert from "node:assert/strict";
import { test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { mockEngine } from "./support/mocks.ts";

test("the program, with a played engine, wires both kinds of image", async () => {
  const registered = await mockEngine(
    {
      userImages: {
        "my-image": { recipe: "debian-minimal-partition", visibility: "public", properties: { os_distro: "debian" } },
        "my-disk": { recipe: "debian-minimal-whole-disk" },
      },
    },
    false,
  );
  const { userImages } = (await import("../index.ts")) as { userImages: pulumi.Output<Record<string, unknown>> };
  const exported = await new Promise((resolve) => userImages.apply(resolve));
  assert.deepEqual(exported, {
    "my-image": {
      imageId: "id-of-my-image-image",
      kernelId: "id-of-my-image-kernel",
      ramdiskId: "id-of-my-image-ramdisk",
      fingerprint: "fingerprint-of-debian-minimal-partition",
      buildId: "build-of-debian-minimal-partition",
    },
    "my-disk": {
      imageId: "id-of-my-disk-image",
      fingerprint: "fingerprint-of-debian-minimal-whole-disk",
      buildId: "build-of-debian-minimal-whole-disk",
    },
  });

  const image = (name: string) => {
    const found = registered.find((resource) => resource.type === "Image" && resource.name === name);
    assert.ok(found, `${name} is registered`);
    return found.inputs;
  };
  const origin = {
    ironic_images_project: "ironic-images",
    ironic_images_stack: "mocked",
    ironic_images_image: "my-image",
    ironic_images_fingerprint: "fingerprint-of-debian-minimal-partition",
    ironic_images_build: "build-of-debian-minimal-partition",
  };
  const rows = [
    ["my-image-kernel", "my-image.vmlinuz", "aki", "aki", "debian-minimal-partition.vmlinuz", origin],
    ["my-image-ramdisk", "my-image.initrd", "ari", "ari", "debian-minimal-partition.initrd", origin],
    [
      "my-image-image",
      "my-image",
      "qcow2",
      "bare",
      "debian-minimal-partition.qcow2",
      {
        ...origin,
        img_type: "partition",
        kernel_id: "id-of-my-image-kernel",
        ramdisk_id: "id-of-my-image-ramdisk",
      },
    ],
    [
      "my-disk-image",
      "my-disk",
      "qcow2",
      "bare",
      "debian-minimal-whole-disk.qcow2",
      {
        ...origin,
        ironic_images_image: "my-disk",
        ironic_images_fingerprint: "fingerprint-of-debian-minimal-whole-disk",
        ironic_images_build: "build-of-debian-minimal-whole-disk",
        img_type: "whole-disk",
      },
    ],
  ] as const;
  for (const [name, glanceName, diskFormat, containerFormat, localFilePath, properties] of rows) {
    const inputs = image(name);
    assert.deepEqual(
      [inputs["name"], inputs["diskFormat"], inputs["containerFormat"], inputs["localFilePath"], inputs["visibility"]],
      [glanceName, diskFormat, containerFormat, localFilePath, "private"],
      name,
    );
    assert.deepEqual(inputs["properties"], properties, name);
  }
  assert.equal(registered.filter(({ type }) => type === "Image").length, rows.length);
  const owned = registered.find(({ type, name }) => type === "Publication" && name === "my-image")?.inputs["images"];
  assert.deepEqual(
    (owned as { properties?: object }[]).map(({ properties }) => properties),
    [undefined, undefined, { os_distro: "debian" }],
  );
  const publications = registered
    .filter(({ type }) => type === "Publication")
    .map(({ name, inputs }) => [name, inputs["visibility"]]);
  assert.deepEqual(publications.sort(), [
    ["my-disk", "private"],
    ["my-image", "public"],
  ]);
});
