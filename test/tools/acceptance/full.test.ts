import assert from "node:assert/strict";
import { test } from "node:test";
import { stuckReason } from "../../../tools/acceptance/full.ts";

const running = { running: true, hopeless: undefined, silentFor: 1000 };
const off = { ...running, running: false };
const now = { called: true, offSeconds: 0, seconds: 100 };

for (const [what, machine, moment, reason] of [
  ["a machine that speaks is waited for", running, { ...now, called: false }, undefined],
  ["one whose agent has called may be silent while it writes", { ...running, silentFor: 1e6 }, now, undefined],
  [
    "one whose agent has not called may not",
    { ...running, silentFor: 1e6 },
    { ...now, called: false },
    "the machine said nothing for 300 s",
  ],
  [
    "one that is off before its agent called is stuck",
    off,
    { ...now, called: false },
    "the machine switched itself off",
  ],
  [
    "one that its agent has switched off is waited for until Ironic says active",
    off,
    { ...now, offSeconds: 30 },
    undefined,
  ],
  ["but not for ever", off, { ...now, offSeconds: 121 }, "the machine switched itself off"],
  ["what its console says counts", { ...running, hopeless: "no card" }, now, "no card"],
  ["there is an end", running, { ...now, seconds: 2401 }, "Ironic was not done after 2400 s"],
] as const)
  test(`a deploy: ${what}`, () => assert.equal(stuckReason(machine, moment), reason));
