import assert from "node:assert/strict";
import { test } from "node:test";
import { artifactFileNames, artifactPath, isArtifactDirectoryOf } from "../../../core/artifacts/names.ts";
import { buildId } from "../../../core/artifacts/build-id.ts";

const fingerprint = "0123456789abcdef".repeat(4);

test("an artifact's path is relative to the project and the same on every machine", () => {
  assert.equal(artifactPath("debian", fingerprint), ".images/artifacts/debian-0123456789ab");
});

for (const [kind, diskFormat, names] of [
  ["partition", "qcow2", { image: "my-image.qcow2", kernel: "my-image.vmlinuz", ramdisk: "my-image.initrd" }],
  ["partition", "raw", { image: "my-image.raw", kernel: "my-image.vmlinuz", ramdisk: "my-image.initrd" }],
  ["whole-disk", "qcow2", { image: "my-image.qcow2" }],
  ["whole-disk", "raw", { image: "my-image.raw" }],
] as const) {
  test(`a ${kind} image in ${diskFormat} has the files ${Object.values(names).join(", ")}`, () => {
    assert.deepEqual(artifactFileNames("my-image", { kind, diskFormat }), names);
  });
}

for (const [directory, belongs] of [
  ["debian-0123456789ab", true],
  ["debian-partition-0123456789ab", false],
  ["debian-0123456789ab.bad-1", false],
  ["debian-0123456789aZ", false],
  ["debian", false],
] as const) {
  test(`${directory} is ${belongs ? "" : "not "}an artifact's directory of the recipe debian`, () => {
    assert.equal(isArtifactDirectoryOf("debian", directory), belongs);
  });
}

const image = { sha256: "1".repeat(64) };
const kernel = { sha256: "2".repeat(64) };
const ramdisk = { sha256: "3".repeat(64) };

test("the build id does not depend on the order in which the files are given", () => {
  assert.equal(buildId({ ramdisk, kernel, image }), buildId({ image, kernel, ramdisk }));
  assert.match(buildId({ image }), /^[0-9a-f]{64}$/);
});

test("the build id differs when one file differs, is missing, or has another role", () => {
  const ids = [
    buildId({ image, kernel, ramdisk }),
    buildId({ image, kernel, ramdisk: image }),
    buildId({ image, kernel: ramdisk, ramdisk: kernel }),
    buildId({ image, kernel }),
    buildId({ image, ramdisk: kernel }),
    buildId({ image }),
  ];
  assert.equal(new Set(ids).size, ids.length);
});
