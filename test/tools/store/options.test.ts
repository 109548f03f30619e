import assert from "node:assert/strict";
import { test } from "node:test";
import { storeOptions } from "../../../tools/store/options.ts";

const gc = { command: "gc", stacks: [], stateFiles: [], without: [], keepDays: 7, yes: false, dryRun: false };

for (const [words, expected] of [
  ["verify", { command: "verify" }],
  ["ls", { command: "ls", stacks: [], stateFiles: [] }],
  ["ls --stack prod --state a.json", { command: "ls", stacks: ["prod"], stateFiles: ["a.json"] }],
  ["import some/where", { command: "import", directory: "some/where" }],
  ["gc", gc],
  ["gc --yes --keep-days 0", { ...gc, yes: true, keepDays: 0 }],
  [
    "gc --dry-run --stack a --stack b --state c --without d --without e",
    { ...gc, dryRun: true, stacks: ["a", "b"], stateFiles: ["c"], without: ["d", "e"] },
  ],
] as const) {
  test(`store ${words} is understood`, () => {
    assert.deepEqual(storeOptions(words.split(" "), true), expected);
  });
}

for (const [words, isTerminal, code, message] of [
  ["", true, "usage", /no command of the store:\nnpm run store -- ls/],
  ["prune", true, "usage", /no command/],
  ["verify my-image", true, "usage", /no command/],
  ["verify --yes", true, "usage", /no command/],
  ["import", true, "usage", /no command/],
  ["import a b", true, "usage", /no command/],
  ["gc --yes --dry-run", true, "usage", /exclude each other/],
  ["gc --keep-days soon", true, "usage", /--keep-days soon is no number of days/],
  ["gc --keep-days=-1", true, "usage", /no number of days/],
  ["gc --force", true, "usage", /Unknown option '--force'/],
  ["gc", false, "not-confirmed", /--dry-run.*--yes/],
  ["gc --keep-days x", false, "usage", /--keep-days x is no number of days/],
] as const) {
  test(`store ${words || "without a command"}${isTerminal ? "" : " without a terminal"} is refused`, () => {
    assert.throws(() => storeOptions(words.split(" ").filter(Boolean), isTerminal), { code, message });
  });
}
