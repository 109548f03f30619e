import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { glanceFormats, userImageProperties, type ImageType } from "../../components/properties.ts";

const origin = { project: "p", stack: "s", image: "i", fingerprint: "f", buildId: "b" };
const ids = { kernelId: "k", ramdiskId: "r" };

test("each role has the one pair of formats that every Glance and Ironic takes", () => {
  assert.deepEqual(glanceFormats("kernel", "qcow2"), { diskFormat: "aki", containerFormat: "aki" });
  assert.deepEqual(glanceFormats("ramdisk", "qcow2"), { diskFormat: "ari", containerFormat: "ari" });
  assert.deepEqual(glanceFormats("image", "qcow2"), { diskFormat: "qcow2", containerFormat: "bare" });
  assert.deepEqual(glanceFormats("image", "raw"), { diskFormat: "raw", containerFormat: "bare" });
});

test("a partition image names its kernel and ramdisk, and its kind", () => {
  const properties = userImageProperties(origin, "partition", { os_distro: "debian" }, ids);
  assert.equal(properties["kernel_id"], "k");
  assert.equal(properties["ramdisk_id"], "r");
  assert.equal(properties["img_type"], "partition");
  assert.equal(properties["os_distro"], "debian");
  assert.equal(properties["ironic_images_build"], "b");
});

test("whatever a person sets, img_type and origin are ours and a whole-disk image has no ids of its own making", () => {
  const own = fc.dictionary(fc.constantFrom("img_type", "ironic_images_build", "os_distro", "anything"), fc.string());
  const type = fc.constantFrom<ImageType>("partition", "whole-disk");
  fc.assert(
    fc.property(own, type, (given, kind) => {
      const properties = userImageProperties(origin, kind, given, ids);
      assert.equal(properties["img_type"], kind);
      assert.equal(properties["ironic_images_build"], "b");
      assert.equal("kernel_id" in properties, kind === "partition");
      assert.equal("ramdisk_id" in properties, kind === "partition");
    }),
  );
});
