import assert from "node:assert/strict";
import { test } from "node:test";
import { rowCells, shortNumber } from "../../../tools/bench/figures.ts";
import { inPairs } from "../../../tools/bench/pairs.ts";
import { previewRows } from "../../../tools/bench/preview.ts";
import { comparison, isMet, type Row } from "../../../tools/bench/result.ts";
import { median } from "../../../tools/bench/statistics.ts";

test("the median is the middle one, or between the two in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 6]), 5.5);
  assert.equal(median([7]), 7);
});

const row: Row = {
  what: "build",
  unit: "s",
  ours: [6, 10, 30],
  plain: { tool: "by hand", figures: [10, 100, 20] },
  compare: "ratio",
  target: 0.65,
};

test("what counts is the median over the pairs, so that a machine that gets slower changes nothing", () => {
  assert.equal(comparison(row), 0.6);
  assert.equal(comparison({ ...row, compare: "difference" }), -4);
  assert.equal(comparison({ ...row, compare: "value" }), 10);
});

test("a target is the most that it may be; without one nothing is met", () => {
  assert.equal(isMet(row), true);
  assert.equal(isMet({ ...row, target: 0.59 }), false);
  const { target: _, ...told } = row;
  assert.equal(isMet(told), undefined);
});

test("a row for a person: least, middle and most of both, result, target", () => {
  assert.deepEqual(rowCells(row), [
    "build",
    "s",
    "6.00, 10.0, 30.0",
    "10.0, 20.0, 100",
    "by hand",
    "0.60 ×",
    "≤ 0.65 ×",
    "yes",
  ]);
  assert.deepEqual(rowCells({ what: "memory", unit: "MiB", ours: [251.4], compare: "value", target: 250 }).slice(2), [
    "251",
    "–",
    "–",
    "251 MiB",
    "≤ 250 MiB",
    "no",
  ]);
  assert.deepEqual(rowCells({ ...row, compare: "difference", target: 2 }).slice(5), ["-4.00 s", "≤ +2.00 s", "yes"]);
});

test("numbers have three digits", () => {
  assert.deepEqual([0.0512, 1.234, 12.34, 123.4, 4096, -3.456].map(shortNumber), [
    "0.05",
    "1.23",
    "12.3",
    "123",
    "4096",
    "-3.46",
  ]);
});

test("pairs run in turns, and who begins changes", async () => {
  const order: string[] = [];
  let clock = 0;
  const side = (name: string) => async () => {
    order.push(name);
    return ++clock;
  };
  const figures = await inPairs(3, { ours: side("ours"), plain: side("plain") }, () => undefined);
  assert.deepEqual(order, ["ours", "plain", "plain", "ours", "ours", "plain"]);
  assert.deepEqual(figures, { ours: [1, 4, 5], plain: [2, 3, 6] });
});

test("of previews the whole is told for the fewest images, and for more of them what each one more costs", () => {
  const rows = previewRows(
    new Map([
      [1, { ours: [2000, 2100], plain: [1500, 1600] }],
      [11, { ours: [2300, 2400], plain: [1700, 1800] }],
    ]),
  );
  assert.deepEqual(
    rows.map(({ what, ours, plain, target }) => ({ what, ours, plain: plain?.figures, target })),
    [
      { what: "1 image", ours: [2000, 2100], plain: [1500, 1600], target: undefined },
      { what: "11 images, for each one more", ours: [30, 30], plain: [20, 20], target: 10 },
    ],
  );
});
