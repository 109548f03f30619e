import assert from "node:assert/strict";
import { test } from "node:test";
import { buildId } from "../../../core/artifacts/build-id.ts";
import { parseRecord } from "../../../core/artifacts/schema.ts";
import { unpublished, wholeDiskInputs } from "./samples.ts";

const image = {
  name: "my-image.raw",
  size: 4,
  sha256: "1".repeat(64),
  sha512: "2".repeat(128),
  format: "raw",
  virtualSize: 4,
} as const;
const good = { ...unpublished({ inputs: wholeDiskInputs }), files: { image }, buildId: buildId({ image }) };

test("a record comes back as it was written", () => {
  assert.deepEqual(parseRecord(JSON.stringify(good)), { record: good });
});

for (const [what, text, why] of [
  ["not JSON", "{", /not JSON/],
  ["empty", "", /not JSON/],
  ["of a later schema", JSON.stringify({ ...good, schema: 2 }), /^schema: /],
  ["without files", JSON.stringify({ ...good, files: {} }), /files\.image/],
  [
    "with a file outside its directory",
    JSON.stringify({ ...good, files: { image: { ...image, name: "../other.raw" } } }),
    /files\.image\.name: must be my-image\.raw/,
  ],
  [
    "of a whole-disk image with a kernel",
    JSON.stringify({ ...good, files: { image, kernel: image } }),
    /files\.kernel\.name: must be absent/,
  ],
  [
    "of a partition image without a kernel",
    JSON.stringify({ ...good, inputs: { ...good.inputs, kind: "partition" } }),
    /files\.kernel\.name: must be my-image\.vmlinuz/,
  ],
  [
    "with another format than its recipe",
    JSON.stringify({ ...good, files: { image: { ...image, format: "qcow2" } } }),
    /files\.image\.format: must be raw/,
  ],
  [
    "with a build id that is not of these files",
    JSON.stringify({ ...good, buildId: "3".repeat(64) }),
    /buildId: does not follow/,
  ],
  ["with a name that is a path", JSON.stringify({ ...good, name: "a/b" }), /name: /],
] as const) {
  test(`a record ${what} is not read, and it is said why`, () => {
    const result = parseRecord(text);
    assert.ok("why" in result);
    assert.match(result.why, why);
  });
}
