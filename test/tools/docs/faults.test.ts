import assert from "node:assert/strict";
import { test } from "node:test";
import { faultGroups } from "../../../tools/docs/fault-list.ts";
import { faults } from "../../../tools/docs/faults.ts";
import { faultsOfTitle, faultTitles } from "../../../tools/docs/test-titles.ts";
import { projectDirectory } from "../../../tools/paths.ts";
import { project } from "../../core/recipe/project.ts";

const all = faultGroups.flatMap((group) => group.faults);

test("the faults are numbered from 1 to 54, and each is there once", () => {
  assert.deepEqual(
    all.map(({ number }) => number),
    Array.from({ length: 54 }, (_, index) => index + 1),
  );
});

test("each fault has a test whose title begins with its number, or a reason for having none, and not both", () => {
  const titles = faultTitles(projectDirectory);
  const tested = new Set(titles.flatMap(({ numbers }) => numbers));
  const wrong = all.filter(({ number, notApplicable }) => tested.has(number) === (notApplicable !== undefined));
  assert.deepEqual(
    wrong.map(({ number }) => number),
    [],
  );
});

test("no test names a fault that is not in the list", () => {
  const known = new Set(all.map(({ number }) => number));
  const strangers = faultTitles(projectDirectory).filter(({ numbers }) => numbers.some((number) => !known.has(number)));
  assert.deepEqual(strangers, []);
});

const titles: [title: string, numbers: number[] | undefined][] = [
  ["fault 7: a", [7]],
  ["faults 7, 8: a", [7, 8]],
  ["fault 7 a", undefined],
  ["a fault 7: a", undefined],
  ["fault seven: a", undefined],
];
for (const [title, numbers] of titles) {
  test(`the title "${title}" ${numbers === undefined ? "names no fault" : `is about ${numbers.join(" and ")}`}`, () =>
    assert.deepEqual(faultsOfTitle(title)?.numbers, numbers));
}

const proof = {
  commit: "0123456789abcdef",
  clean: false,
  date: "2026-01-02T03:04:05.000Z",
  outcomes: { 7: { passed: 2, failed: 1, skipped: 0 }, 8: { passed: 0, failed: 0, skipped: 1 } },
};

test("a row has the titles by file, whatever quotes they stand in, and how they ended", (t) => {
  const directory = project(t, {
    "test/b.test.ts": 'test("fault 7: a | b", f);\nconst row = { title: "fault 7: \\"c\\"" };',
    "test/a.test.ts": "test(`faults 7, 8: with ${what}`, f);\n// fault 8: not in quotes",
    "docs/proof/faults.json": JSON.stringify(proof),
  });
  const page = faults(directory);
  const row = (number: number) => page.split("\n").find((line) => line.startsWith(`| ${number} |`)) ?? "";
  assert.ok(
    row(7).endsWith(
      '| [a.test.ts](../test/a.test.ts): with …<br>[b.test.ts](../test/b.test.ts): a \\| b; "c" | 1 **failed**, 2 passed |',
    ),
    row(7),
  );
  assert.ok(row(8).endsWith("| [a.test.ts](../test/a.test.ts): with … | 1 skipped |"), row(8));
  assert.ok(row(9).endsWith("| none | not run yet |"), row(9));
  assert.match(page, /2026-01-02 at commit 0123456789ab, with changes in the work tree\./);
});
