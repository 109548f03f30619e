import assert from "node:assert/strict";
import { test } from "node:test";
import { proofPage } from "../../../tools/test/proof.ts";

const facts = { commit: "abc123", clean: true, date: new Date("2026-01-02T03:04:05Z"), output: "ℹ pass 1\n" };

test("the proof names commit, date and what the runner printed", () => {
  const page = proofPage(facts);
  assert.match(page, /^Commit: abc123 {2}$/m);
  assert.match(page, /2026-01-02T03:04:05/);
  assert.match(page, /^ℹ pass 1$/m);
});

test("the proof of a changed work tree says so", () => {
  assert.match(proofPage({ ...facts, clean: false }), /abc123, with changes in the work tree/);
});
