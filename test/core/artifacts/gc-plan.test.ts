import assert from "node:assert/strict";
import type { BigIntStats } from "node:fs";
import { test } from "node:test";
import type { StoreEntry } from "../../../core/artifacts/examine.ts";
import { planGc, type GcFacts } from "../../../core/artifacts/gc-plan.ts";
import { unpublished } from "./samples.ts";

const day = 86_400_000;
const now = Date.parse("2025-03-01T00:00:00Z");
const old = { ctimeMs: BigInt(now - 30 * day) } as BigIntStats;
const young = { ctimeMs: BigInt(now - day) } as BigIntStats;
const future = { ctimeMs: BigInt(now + day) } as BigIntStats;
const record = { ...unpublished({ builtAt: "2025-01-02T03:04:05Z" }), files: {}, buildId: "b".repeat(64) };
const name = "my-image-a1a1a1a1a1a1";
const artifact: StoreEntry = { entry: name, path: `/${name}`, stats: old, is: "artifact", record };

function decided(entry: Partial<StoreEntry>, facts: Partial<GcFacts> = {}): string {
  const entries = [{ ...artifact, ...entry }];
  const [planned] = planGc({ entries, states: [], unknown: [], now, grace: 7 * day, ...facts });
  return `${planned?.action}: ${planned?.reason}`;
}

const byPath = JSON.stringify({ inputs: { localFilePath: `.images/artifacts/${name}/my-image.qcow2` } });
const byFingerprint = JSON.stringify({ pending_operations: [{ fingerprint: record.fingerprint }] });
const states = [
  { stack: "local", text: byPath },
  { stack: "other", text: "{}" },
  { stack: "prod", text: byFingerprint },
];

for (const [what, entry, facts, expected] of [
  ["that nobody names", {}, {}, "remove: no stack needs it"],
  ["that states name, by path or fingerprint", {}, { states }, "keep: needed by local, prod"],
  ["that nobody names, but one state is not known", {}, { unknown: ["prod"] }, "keep: perhaps needed by prod"],
  ["that came here yesterday", { stats: young }, {}, "keep: younger than 7 days"],
  ["of the future: some clock was wrong", { stats: future }, {}, "keep: younger than 7 days"],
  [
    "that was built yesterday",
    { record: { ...record, builtAt: "2025-02-28T00:00:00Z" } },
    {},
    "keep: younger than 7 days",
  ],
  ["whose name only begins alike", {}, { states: [{ stack: "a", text: `${name}0/` }] }, "remove: no stack needs it"],
  ["that is broken and named", { is: "broken" }, { states }, "keep: needed by local, prod"],
  ["that is broken", { is: "broken" }, {}, "remove: damaged"],
  ["that was set aside long ago", { is: "set-aside" }, { unknown: ["prod"] }, "remove: damaged"],
  [
    "that was set aside yesterday",
    { is: "set-aside", stats: young, record: undefined },
    {},
    "keep: younger than 7 days",
  ],
  [
    "half copied by a dead process",
    { is: "temporary", stats: young },
    { unknown: ["prod"] },
    "remove: left by a process that ended",
  ],
  ["just being copied", { is: "temporary", stats: { ctimeMs: BigInt(now - 1000) } }, {}, "keep: perhaps being copied"],
] as const) {
  test(`an artifact ${what}: ${expected}`, () => {
    assert.equal(decided(entry as Partial<StoreEntry>, facts), expected);
  });
}

test("the clock may go back or ahead by a day: what a state names stays, and so does what is young", () => {
  for (const shift of [-day, day]) {
    const facts = { now: now + shift };
    assert.equal(decided({}, { ...facts, states }), "keep: needed by local, prod");
    assert.equal(decided({ stats: young }, facts), "keep: younger than 7 days");
  }
});
