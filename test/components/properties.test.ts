import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  glanceFormats,
  publishedProperties,
  registeredProperties,
  userImageProperties,
  type ImageType,
} from "../../components/properties.ts";

const origin = { project: "p", stack: "s", image: "i", fingerprint: "f", buildId: "b" };
const ids = { kernelId: "k", ramdiskId: "r" };

test("fault 50: each role has the one pair of formats that every Glance and Ironic takes", () => {
  assert.deepEqual(glanceFormats("kernel", "qcow2"), { diskFormat: "aki", containerFormat: "aki" });
  assert.deepEqual(glanceFormats("ramdisk", "qcow2"), { diskFormat: "ari", containerFormat: "ari" });
  assert.deepEqual(glanceFormats("image", "qcow2"), { diskFormat: "qcow2", containerFormat: "bare" });
  assert.deepEqual(glanceFormats("image", "raw"), { diskFormat: "raw", containerFormat: "bare" });
});

test("a partition image names its kernel and ramdisk, and its kind", () => {
  const properties = userImageProperties(origin, "partition", { hw_firmware_type: "uefi" }, ids);
  assert.equal(properties["kernel_id"], "k");
  assert.equal(properties["ramdisk_id"], "r");
  assert.equal(properties["img_type"], "partition");
  assert.equal(properties["hw_firmware_type"], "uefi");
  assert.equal(properties["ironic_images_build"], "b");
});

test("every property of a person has one owner: images.Image, or Publication, which can change those with os_", () => {
  const own = { os_distro: "debian", hw_firmware_type: "uefi", os_version: "12", osx: "no" };
  assert.deepEqual(publishedProperties(own), { os_distro: "debian", os_version: "12" });
  assert.deepEqual(registeredProperties(own), { hw_firmware_type: "uefi", osx: "no" });
  const registered = userImageProperties(origin, "whole-disk", own);
  assert.ok(!Object.keys(registered).some((name) => name.startsWith("os_")));
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
