import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { briefly, rememberBriefly } from "../../../core/recipe/brief-memory.ts";

test("only where it was asked for is an answer remembered, for a moment, and an error never", async () => {
  let looks = 0;
  const look = () => briefly("how often", () => ++looks);
  assert.deepEqual([look(), look()], [1, 2]);
  rememberBriefly();
  assert.deepEqual([look(), look()], [3, 3]);
  assert.equal(
    briefly("something else", () => "other"),
    "other",
  );
  await sleep(600);
  assert.equal(look(), 4);
  const fail = () => briefly("whether it fails", () => assert.fail(`look ${++looks}`));
  assert.throws(fail, /look 5/);
  assert.throws(fail, /look 6/);
});
