import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptancePage, mergeAcceptances, type AcceptanceNote } from "../../../tools/test/acceptance-proof.ts";

const image = { image: "a", imageId: "i", kind: "whole-disk", quickSeconds: 2, verdict: "accepted" } as const;
const note: AcceptanceNote = {
  title: "Both",
  finishedAt: "2026-01-02T03:04:05.000Z",
  images: [
    {
      ...image,
      firmware: "bios",
      quick: "passed",
      full: "passed",
      accelerator: "tcg",
      deploySeconds: 215,
      bootSeconds: 47,
    },
    {
      ...image,
      image: "b",
      quick: "failed",
      full: "not asked",
      verdict: "refused",
      failure: { stage: "bytes", why: "another", meaning: "Do not", logs: "/tmp/of-a-test" },
    },
  ],
};
const where = { commit: "c0ffee", clean: true, machine: "2 cores" };
const line = (each: AcceptanceNote) => `${JSON.stringify(each)}\n`;

test("a run replaces what was known under its titles, and leaves the rest", () => {
  const older = mergeAcceptances({}, line(note) + line({ ...note, title: "Another" }), { ...where, commit: "0" });
  const merged = mergeAcceptances(older, line(note), where);
  assert.deepEqual(
    Object.entries(merged).map(([title, { commit }]) => [title, commit]),
    [
      ["Another", "0"],
      ["Both", "c0ffee"],
    ],
  );
});

test("the page shows each command's table, on which machine, and no path of a test", () => {
  const page = acceptancePage(mergeAcceptances({}, line(note), where));
  assert.match(
    page,
    /^## Both\n\nCommit: c0ffee {2}\nDate: 2026-01-02T03:04:05\.000Z {2}\nMachine: 2 cores; its machines were emulated/m,
  );
  assert.match(page, /^a +whole-disk +bios +passed \(2 s\) +215 s +47 s +accepted$/m);
  assert.match(page, /^b is refused\. Do not\.$/m);
  assert.doesNotMatch(page, /of-a-test/);
});
