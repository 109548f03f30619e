import assert from "node:assert/strict";
import { test } from "node:test";
import { imageTable } from "../../../tools/start/table.ts";

test("the table has a line for each image, in columns", () => {
  const table = imageTable([
    {
      name: "my-image",
      kind: "partition",
      imageId: "i-1",
      kernelId: "k-1",
      ramdiskId: "r-1",
      size: 350_000_000,
      status: "active",
    },
    {
      name: "disk",
      kind: "whole-disk",
      imageId: "i-2",
      kernelId: undefined,
      ramdiskId: undefined,
      size: undefined,
      status: "missing",
    },
    {
      name: "deploy-initrd",
      kind: "deploy",
      imageId: undefined,
      kernelId: "k-3",
      ramdiskId: "r-3",
      size: 120_000_000,
      status: "active",
    },
  ]);
  assert.equal(
    table,
    [
      "image          kind        Glance id  kernel id  ramdisk id  size      status",
      "my-image       partition   i-1        k-1        r-1         350.0 MB  active",
      "disk           whole-disk  i-2        -          -           -         missing",
      "deploy-initrd  deploy      -          k-3        r-3         120.0 MB  active",
    ].join("\n"),
  );
});
