import assert from "node:assert/strict";
import { test } from "node:test";
import type { GlanceImage } from "../../../core/openstack/glance.ts";
import { verifyImage } from "../../../core/openstack/verify.ts";

const sha256 = "a".repeat(64);
const sha512 = "b".repeat(128);
const md5 = "d".repeat(32);
const expected = { size: 10, sha256, sha512, md5, diskFormat: "qcow2", containerFormat: "bare" };
const actual: GlanceImage = {
  id: "i",
  status: "active",
  visibility: "private",
  size: 10,
  os_hash_algo: "sha512",
  os_hash_value: sha512,
  disk_format: "qcow2",
  container_format: "bare",
};

const examples: { title: string; change: Partial<GlanceImage>; differences: unknown[] }[] = [
  { title: "the very bytes", change: {}, differences: [] },
  {
    title: "a Glance that hashes with sha256",
    change: { os_hash_algo: "sha256", os_hash_value: sha256 },
    differences: [],
  },
  { title: "digits in upper case", change: { os_hash_value: sha512.toUpperCase() }, differences: [] },
  {
    title: "fault 46: no data yet",
    change: { status: "queued", size: null, os_hash_algo: null, os_hash_value: null },
    differences: [
      { field: "status", expected: "active", found: "queued" },
      { field: "size", expected: "10", found: "none" },
      { field: "os_hash_algo", expected: "sha512 or sha256", found: "none" },
    ],
  },
  {
    title: "fault 46: an active image of size 0",
    change: { size: 0 },
    differences: [{ field: "size", expected: "10", found: "0" }],
  },
  {
    title: "fault 46: other bytes",
    change: { os_hash_value: "c".repeat(128) },
    differences: [{ field: "os_hash_value", expected: sha512, found: "c".repeat(128) }],
  },
  {
    title: "fault 46: no digest",
    change: { os_hash_value: null },
    differences: [{ field: "os_hash_value", expected: sha512, found: "none" }],
  },
  {
    title: "our sha256 under the name sha512",
    change: { os_hash_value: sha256 },
    differences: [{ field: "os_hash_value", expected: sha512, found: sha256 }],
  },
  {
    title: "a digest that we have not",
    change: { os_hash_algo: "sha384" },
    differences: [{ field: "os_hash_algo", expected: "sha512 or sha256", found: "sha384" }],
  },
  {
    title: "fault 46: a Glance that knows only md5",
    change: { os_hash_algo: null, os_hash_value: null, checksum: md5.toUpperCase() },
    differences: [],
  },
  {
    title: "fault 46: another md5 where there is nothing better",
    change: { os_hash_algo: null, os_hash_value: null, checksum: "e".repeat(32) },
    differences: [{ field: "checksum", expected: md5, found: "e".repeat(32) }],
  },
  {
    title: "fault 46: the right sha512 without an md5, as of a Glance in FIPS mode",
    change: { checksum: null },
    differences: [],
  },
  {
    title: "fault 46: neither digest nor md5",
    change: { os_hash_algo: null, os_hash_value: null, checksum: null },
    differences: [{ field: "os_hash_algo", expected: "sha512 or sha256", found: "none" }],
  },
  ...["killed", "deactivated", "pending_delete", "deleted", "importing", "uploading", "saving"].map((status) => ({
    title: `fault 42: the status ${status} of an image with the right bytes`,
    change: { status },
    differences: [{ field: "status", expected: "active", found: status }],
  })),
  {
    title: "another disk format",
    change: { disk_format: "raw" },
    differences: [{ field: "disk_format", expected: "qcow2", found: "raw" }],
  },
  {
    title: "another container format",
    change: { container_format: null },
    differences: [{ field: "container_format", expected: "bare", found: "none" }],
  },
];

for (const { title, change, differences } of examples) {
  test(`${title}: as verifyImage compares`, () =>
    assert.deepEqual(verifyImage(expected, { ...actual, ...change }), differences));
}

test("verifyImage: an md5 that nobody expects is no digest", () => {
  const { md5: _, ...older } = expected;
  assert.deepEqual(verifyImage(older, { ...actual, os_hash_algo: null, os_hash_value: null, checksum: md5 }), [
    { field: "os_hash_algo", expected: "sha512 or sha256", found: "none" },
  ]);
});
