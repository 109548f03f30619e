import assert from "node:assert/strict";
import { test } from "node:test";
import { pruneOptions } from "../../../tools/prune/options.ts";

const none = { stack: "prod", yes: false, dryRun: false, unprotect: false };

for (const [args, isTerminal, options] of [
  [["--stack", "prod"], true, none],
  [["--stack", "prod", "--dry-run"], false, { ...none, dryRun: true }],
  [["--stack", "prod", "--yes"], false, { ...none, yes: true }],
  [["--stack", "prod", "--yes", "--unprotect"], false, { ...none, yes: true, unprotect: true }],
  [["--stack=prod", "--nodes-cloud", "admin", "--yes"], false, { ...none, yes: true, nodesCloud: "admin" }],
] as const) {
  test(`${args.join(" ")} is understood${isTerminal ? " on a terminal" : " without a terminal"}`, () => {
    assert.deepEqual(pruneOptions(args, isTerminal), options);
  });
}

for (const [title, args, isTerminal, code, message] of [
  ["no stack", ["--yes"], true, "usage", /^--stack is missing/],
  ["an empty stack", ["--stack", "", "--yes"], true, "usage", /^--stack is missing/],
  ["an unknown option", ["--stack", "prod", "--force"], true, "usage", /--force.*npm run prune/],
  ["an operand", ["prod"], true, "usage", /npm run prune/],
  ["--yes with --dry-run", ["--stack", "prod", "--yes", "--dry-run"], true, "usage", /exclude each other/],
  ["nobody to ask and no --yes", ["--stack", "prod"], false, "not-confirmed", /--dry-run.*--yes/],
] as const) {
  test(`${title} is refused`, () => {
    assert.throws(() => pruneOptions(args, isTerminal), { code, message });
  });
}
