import assert from "node:assert/strict";
import { test } from "node:test";
import { confirmed, type Look } from "../../../tools/prune/look.ts";
import { idsOf, image, node, plan, uuid } from "../../core/prune/samples.ts";

function lookAt(exported: string, digits: readonly number[], used: readonly number[] = []): Look {
  const nodes = used.map((digit) => node({ deploy_kernel: uuid(digit) }));
  const found = plan(
    digits.map((digit) => image(digit)),
    { nodes },
  );
  const state = { exported, ids: new Set<string>(), savedAt: new Date(), hasResources: true, projectIds: [] };
  return { state, plan: found, nodes: undefined };
}

test("a state that changed while somebody was asked stops everything", () => {
  assert.throws(() => confirmed(lookAt("one", [1]), lookAt("two", [1])), {
    code: "state-changed",
    message: /nothing was deleted/,
  });
});

test("what was not shown is not deleted, and what is gone or used meanwhile is left alone", () => {
  const entries = confirmed(lookAt("one", [1, 2, 3]), lookAt("one", [1, 3, 4], [3]));
  assert.deepEqual(idsOf(entries), [uuid(1)]);
});
