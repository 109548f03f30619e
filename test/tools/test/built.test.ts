import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeBuilt } from "../../../tools/test/built.ts";

test("a recipe that was built again replaces what is known of it, and the rest stays", () => {
  const known = { b: { builtAt: "old" }, a: { builtAt: "kept" } };
  assert.deepEqual(Object.entries(mergeBuilt(known, '{"b":{"builtAt":"new"}}\n')), [
    ["a", { builtAt: "kept" }],
    ["b", { builtAt: "new" }],
  ]);
});
