import assert from "node:assert/strict";
import test from "node:test";
import { goingIds } from "../../../tools/ids/going.ts";

const exported = (resources: readonly object[] | null) => JSON.stringify({ deployment: { resources } });

test("ids of images that stay are no news", () => {
  assert.deepEqual(goingIds([{ imageId: "a" }], exported([{ urn: "u", id: "a" }, { urn: "stack" }])), []);
});

test("an id that waits for its deletion is told, and one that the state does not have", () => {
  const state = exported([
    { urn: "u", id: "old", delete: true },
    { urn: "u", id: "new" },
  ]);
  assert.deepEqual(goingIds([{ kernelId: "old", ramdiskId: "new", imageId: "gone" }], state), ["old", "gone"]);
});

test("an empty state has none of them", () => {
  assert.deepEqual(goingIds([{ imageId: "a" }], exported(null)), ["a"]);
});
