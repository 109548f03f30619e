import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { inputFailures } from "../../../providers/publication/inputs.ts";

const image = (role: string) => ({
  role,
  id: `${role}-id`,
  size: 10,
  sha256: "a".repeat(64),
  sha512: "b".repeat(128),
  diskFormat: "qcow2",
  containerFormat: "bare",
});
const good = {
  images: ["kernel", "ramdisk", "image"].map(image),
  visibility: "public",
  cloud: "lab",
  buildId: "b",
  fingerprint: "f",
};

for (const [title, inputs] of [
  ["a triple", good],
  ["one image", { ...good, images: [image("image")] }],
  [
    "ids, sizes and digests that a preview does not know",
    {
      ...good,
      buildId: unknownValue,
      images: good.images.map((known) => ({
        ...known,
        id: unknownValue,
        size: unknownValue,
        sha256: unknownValue,
        sha512: unknownValue,
      })),
    },
  ],
  ["images that a preview does not know", { ...good, images: unknownValue }],
  ["a visibility that a preview does not know", { ...good, visibility: unknownValue }],
] as const) {
  test(`right: ${title}`, () => assert.deepEqual(inputFailures(inputs), []));
}

const wrong: { title: string; inputs: object; property: string; reason: RegExp }[] = [
  {
    title: "the image before its kernel",
    inputs: { ...good, images: good.images.toReversed() },
    property: "images",
    reason: /kernel, ramdisk and, of a user image, image in this order/,
  },
  {
    title: "a kernel without ramdisk",
    inputs: { ...good, images: [image("kernel"), image("image")] },
    property: "images",
    reason: /kernel, ramdisk and, of a user image, image in this order/,
  },
  { title: "a fifth visibility", inputs: { ...good, visibility: "secret" }, property: "visibility", reason: /private/ },
  {
    title: "an empty image",
    inputs: { ...good, images: [{ ...image("image"), size: 0 }] },
    property: "images.0.size",
    reason: /0/,
  },
  {
    title: "a sha256 as sha512",
    inputs: { ...good, images: [{ ...image("image"), sha512: "a".repeat(64) }] },
    property: "images.0.sha512",
    reason: /128 hex digits/,
  },
  {
    title: "an unknown sentinel does not hide another mistake",
    inputs: { ...good, buildId: unknownValue, fingerprint: "" },
    property: "fingerprint",
    reason: /./,
  },
];
for (const { title, inputs, property, reason } of wrong) {
  test(`wrong: ${title}`, () => {
    const failures = inputFailures(inputs);
    assert.deepEqual(
      failures.map((failure) => failure.property),
      [property],
    );
    assert.match(failures[0]?.reason ?? "", reason);
  });
}
