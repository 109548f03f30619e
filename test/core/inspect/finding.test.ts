import assert from "node:assert/strict";
import { test } from "node:test";
import { applyRules, quoted, type Rule } from "../../../core/inspect/finding.ts";

const rules: readonly Rule<number>[] = [
  { name: "small", severity: "error", source: "here", check: (n) => (n > 9 ? `${n} is over 9` : undefined) },
  { name: "even", severity: "warning", source: "here", check: (n) => (n % 2 === 1 ? `${n} is odd` : undefined) },
];

for (const [facts, expected] of [
  [2, []],
  [3, [{ rule: "even", severity: "warning", message: "3 is odd" }]],
  [
    11,
    [
      { rule: "small", severity: "error", message: "11 is over 9" },
      { rule: "even", severity: "warning", message: "11 is odd" },
    ],
  ],
] as const) {
  test(`of ${facts} the rules find ${expected.length} faults`, () => {
    assert.deepEqual(applyRules(rules, facts), expected);
  });
}

test("text of a hostile file comes as one short line", () => {
  assert.equal(quoted("a\n\u001b[31mb\u202e"), "a??[31mb?");
  assert.equal(quoted("x".repeat(5000)), `${"x".repeat(100)}…`);
});
