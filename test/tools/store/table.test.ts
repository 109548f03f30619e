import assert from "node:assert/strict";
import type { BigIntStats } from "node:fs";
import { test } from "node:test";
import type { GcEntry } from "../../../core/artifacts/gc-plan.ts";
import { gcTable, storeTable, verifiedLine } from "../../../tools/store/table.ts";
import { unpublished } from "../../core/artifacts/samples.ts";

const now = Date.parse("2025-01-12T03:04:05Z");
const stats = { ctimeMs: BigInt(now - 5 * 3_600_000) } as BigIntStats;
const file = {
  name: "my-image.raw",
  size: 3 * 1024 * 1024,
  sha256: "1".repeat(64),
  sha512: "2".repeat(128),
  format: "raw",
  virtualSize: 1,
} as const;
const record = {
  ...unpublished(),
  files: { image: file, kernel: { ...file, format: "aki", size: 1 } },
  buildId: "b".repeat(64),
} as const;

function entry(over: Partial<GcEntry> & Pick<GcEntry, "entry" | "is">): GcEntry {
  return { path: `/${over.entry}`, stats, neededBy: [], action: "keep", reason: "", ...over };
}

const entries: readonly GcEntry[] = [
  entry({ entry: ".incoming-1", is: "temporary", reason: "perhaps being copied" }),
  entry({
    entry: "a-111111111111",
    is: "artifact",
    record,
    neededBy: ["local", "prod"],
    reason: "needed by local, prod",
  }),
  entry({ entry: "b-222222222222", is: "artifact", record, action: "remove", reason: "no stack needs it" }),
  entry({ entry: "b-222222222222.bad-1", is: "set-aside", action: "remove", reason: "damaged" }),
  entry({ entry: "c-333333333333", is: "broken", why: "it has no artifact.json" }),
];

test("the store is listed with path, size of all files, build, age, and who needs what", () => {
  assert.equal(
    storeTable({ entries, unknown: [], failures: [] }, now),
    [
      "ARTIFACT                                SIZE   BUILD         AGE      NEEDED BY",
      ".images/artifacts/a-111111111111        4 MiB  bbbbbbbbbbbb  10 days  local, prod",
      ".images/artifacts/b-222222222222        4 MiB  bbbbbbbbbbbb  10 days  nobody",
      ".images/artifacts/b-222222222222.bad-1  -      -             5 h      damaged, set aside",
      ".images/artifacts/c-333333333333        -      -             5 h      damaged",
    ].join("\n"),
  );
});

test("who needs an artifact is not known when a stack's state is not, and the ways out are said", () => {
  const failures = [{ stack: "prod", why: "`pulumi stack export --stack prod`: no access" }];
  const lines = storeTable({ entries, unknown: ["prod", "stack old"], failures }, now).split("\n");
  assert.match(lines[1] ?? "", /local, prod$/);
  assert.match(lines[2] ?? "", /not known$/);
  assert.match(
    lines.slice(5).join("\n"),
    /these need: prod, stack old\.\n.*--state FILE.*--without STACK.*\n.*no access/,
  );
});

test("what would go and what stays is listed with the reason", () => {
  const lines = gcTable({ entries, unknown: [], failures: [] }, now).split("\n");
  assert.match(lines[2] ?? "", /a-111111111111 .* keep {4}needed by local, prod$/);
  assert.match(lines[3] ?? "", /b-222222222222 .* remove {2}no stack needs it$/);
  assert.equal(lines.at(-1), "To delete: 2. Kept: 3.");
});

test("verifying says what is right, what is damaged and what was set aside", () => {
  const [, good, , aside, broken] = entries;
  assert.ok(good && aside && broken);
  assert.match(verifiedLine(good), /a-111111111111: every digest is right$/);
  assert.match(verifiedLine({ ...good, why: "its kernel is gone" }), /DAMAGED: its kernel is gone$/);
  assert.match(verifiedLine(aside), /set aside as damaged/);
  assert.match(verifiedLine(broken), /DAMAGED: it has no artifact\.json$/);
});

test("an empty store says how to fill it", () => {
  assert.equal(storeTable({ entries: [], unknown: [], failures: [] }, now), "No artifacts yet: npm start builds some.");
});
