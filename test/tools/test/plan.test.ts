import assert from "node:assert/strict";
import { test } from "node:test";
import { planTests } from "../../../tools/test/plan.ts";

const all = ["test/core/a.test.ts", "test/full/uefi.test.ts", "test/e2e/life.test.ts"];

test("the quick tier leaves test/full/ out", () => {
  assert.deepEqual(planTests(all, { full: false, chosen: [] }).files, ["test/core/a.test.ts", "test/e2e/life.test.ts"]);
});

test("the full tier takes every file", () => {
  assert.deepEqual(planTests(all, { full: true, chosen: [] }).files, [
    "test/core/a.test.ts",
    "test/e2e/life.test.ts",
    "test/full/uefi.test.ts",
  ]);
});

test("parts of names choose files", () => {
  assert.deepEqual(planTests(all, { full: true, chosen: ["e2e", "/a."] }).files, [
    "test/core/a.test.ts",
    "test/e2e/life.test.ts",
  ]);
});

test("a proof file gets the runner's lines too", () => {
  const { arguments: args } = planTests(all, { full: true, chosen: [], proofFile: "proof.txt" });
  assert.deepEqual(
    args.filter((arg) => arg.startsWith("--test-reporter-destination")),
    ["--test-reporter-destination=stdout", "--test-reporter-destination=proof.txt"],
  );
});
