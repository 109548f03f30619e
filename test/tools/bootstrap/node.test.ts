import assert from "node:assert/strict";
import { test } from "node:test";
import { stripsTypes } from "../../../tools/bootstrap/node.mjs";

for (const [version, expected] of [
  ["v18.20.4", false],
  ["v20.19.0", false],
  ["v22.17.1", false],
  ["v22.18.0", true],
  ["22.21.0", true],
  ["v23.5.0", false],
  ["v23.6.0", true],
  ["v24.0.0", true],
  ["v100.0.0", true],
  ["", false],
] as const) {
  test(`Node ${version || "of no version"} ${expected ? "runs" : "does not run"} TypeScript as it stands`, () => {
    assert.equal(stripsTypes(version), expected);
  });
}
