import assert from "node:assert/strict";
import { test } from "node:test";
import { imageReferences, nodeReferences } from "../../../core/prune/references.ts";
import { image, node, uuid } from "./samples.ts";

for (const key of ["deploy_kernel", "deploy_ramdisk", "rescue_kernel", "rescue_ramdisk", "deploy_iso"]) {
  test(`driver_info.${key} of a node names an image`, () => {
    const [reference, ...others] = nodeReferences([node({ [key]: uuid(1), ipmi_address: "192.0.2.1" })]);
    const by = { kind: "node", id: uuid(0), name: "rack1-07" };
    assert.deepEqual([reference, others], [{ imageId: uuid(1), by, field: `driver_info.${key}` }, []]);
  });
}

for (const key of ["image_source", "kernel", "ramdisk"]) {
  test(`instance_info.${key} of a node names an image`, () => {
    const [reference] = nodeReferences([node({}, { [key]: uuid(1) })]);
    assert.deepEqual([reference?.imageId, reference?.field], [uuid(1), `instance_info.${key}`]);
  });
}

for (const [title, value] of [
  ["a bare UUID", uuid(1)],
  ["a UUID in capitals", "ABCDEF00-0000-4000-8000-000000000001"],
  ["glance://", `glance://${uuid(1)}`],
  ["a URL of Glance", `https://glance.example.org/v2/images/${uuid(1)}/file`],
  ["a text inside a mapping", { nested: [{ id: uuid(1) }] }],
] as const) {
  test(`${title} is found`, () => {
    const wanted = title === "a UUID in capitals" ? "abcdef00-0000-4000-8000-000000000001" : uuid(1);
    assert.deepEqual(
      nodeReferences([node({ deploy_kernel: value })]).map(({ imageId }) => imageId),
      [wanted],
    );
  });
}

test("a file or a number names no image, and a node without a name has an empty one", () => {
  assert.deepEqual(nodeReferences([node({ deploy_kernel: "file:///ipa.kernel", port: 623, none: null })]), []);
  assert.equal(nodeReferences([node({ deploy_kernel: uuid(1) }, {}, { name: null })])[0]?.by.name, "");
});

test("an image names its kernel and its ramdisk, and no other property counts", () => {
  const named = image(3, { kernel_id: uuid(1), ramdisk_id: uuid(2), base_image_ref: uuid(4) });
  assert.deepEqual(
    imageReferences([named]).map(({ imageId, field }) => [imageId, field]),
    [
      [uuid(1), "kernel_id"],
      [uuid(2), "ramdisk_id"],
    ],
  );
});
