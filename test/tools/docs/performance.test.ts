import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { benches } from "../../../tools/bench/benches.ts";
import type { BenchResult } from "../../../tools/bench/result.ts";
import { stageNames } from "../../../tools/bench/stage-times.ts";
import { helpFor } from "../../../tools/bootstrap/help.mjs";
import { performance, performanceChart } from "../../../tools/docs/performance.ts";
import { performanceFile, performancePages } from "../../../tools/docs/performance-pages.ts";
import { hostFigures, scale } from "../../../tools/docs/scale.ts";
import { stageChart } from "../../../tools/docs/stage-chart.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const cold: BenchResult = {
  date: "2026-01-02T03:04:05Z",
  command: "npm run bench -- cold",
  commit: "abc",
  machine: "a machine",
  load: 0.2,
  rows: [
    {
      what: "build",
      unit: "s",
      ours: [60],
      plain: { tool: "disk-image-create", figures: [120] },
      compare: "ratio",
      target: 0.65,
    },
    { what: "artifact", unit: "MiB", ours: [360], compare: "value" },
  ],
  stages: {
    plain: [
      { stage: "debootstrap", seconds: 40 },
      { stage: "qcow2", seconds: 80 },
    ],
    ours: [
      { stage: "debootstrap", seconds: 4.5 },
      { stage: "qcow2", seconds: 55.5 },
    ],
  },
};

test("the page has every measurement, measured or not, with its command, date, machine and load", () => {
  const page = performance({ cold });
  for (const name of Object.keys(benches)) assert.match(page, new RegExp(`^### \`${name}\`: `, "m"));
  assert.match(page, /`npm run bench -- cold`, 2026-01-02 at commit abc\. a machine; load of the minute before 0\.2\./);
  assert.match(page, /^\| build \| s \| 60\.0 \| 120 \| disk-image-create \| 0\.50 × \| ≤ 0\.65 × \| yes \|$/m);
  assert.match(page, /^\| `cold` \| .*: build \| 0\.50 × \| ≤ 0\.65 × \| yes \|$/m);
  assert.match(page, /^\| `warm` \| .* \| not measured yet \|/m);
  assert.match(page, /^### `warm`: .*\n\nNot measured yet\.$/m);
  assert.match(page, /^\| debootstrap \| 40\.0 \| 4\.5 \|$/m);
});

test("the help names every measurement", () => {
  const help = helpFor("bench", ["--help"]) ?? "";
  for (const name of Object.keys(benches)) assert.ok(help.includes(name), name);
});

test("the chart has a bar for each build, to one scale, and a word for each colour", () => {
  const chart = performanceChart({ cold }) ?? "";
  const widths = [...chart.matchAll(/<rect x="[\d.]+" y="\d+" width="([\d.]+)" height="26"/g)].map(([, width]) =>
    Number(width),
  );
  assert.equal(widths.length, 4);
  const [one = 0, two = 0, three = 0, four = 0] = widths;
  assert.ok(Math.abs((one + two) / (three + four) - 2) < 0.01, "120 s are twice as long as 60 s");
  for (const stage of stageNames) assert.ok(chart.includes(`>${stage}</text>`), stage);
  assert.match(chart, /prefers-color-scheme: dark/);
  assert.match(chart, /<desc id="desc">.*disk-image-create 120 s, ours 60 s\.<\/desc>/);
});

test("what a title says is text in the chart", () => {
  const chart = stageChart([{ title: "a < b & c", bars: [{ label: "x", stages: [] }] }]);
  assert.match(chart, />a &lt; b &amp; c</);
});

test("without a build there is no chart, and the page names none", (t) => {
  const project = temporaryDirectory(t);
  assert.deepEqual(Object.keys(performancePages(project)), ["docs/performance.md", "docs/scale.md"]);
  assert.doesNotMatch(performancePages(project)["docs/performance.md"] ?? "", /svg/);
  mkdirSync(join(project, "docs"));
  writeFileSync(join(project, performanceFile), JSON.stringify({ schema: 1, results: { cold } }));
  assert.ok("docs/performance.svg" in performancePages(project));
});

test("the page of scale computes with what was measured, and has a dash for what was not", () => {
  assert.equal(hostFigures({ cold }).artifact, 360);
  const page = scale({ cold });
  assert.match(page, /^\| builds, nothing cached \| 60\.0 s \| 60 \| 120 \| 240 \|$/m);
  assert.match(page, /^\| 5 \| 20 \| – \| 35\.2 GiB \| – \|$/m);
  assert.match(page, /its artifact 360 MiB/);
  const warm = {
    ...cold,
    rows: [{ ...cold.rows[0], what: "build", unit: "s", ours: [30], compare: "value" as const }],
  };
  assert.match(scale({ cold, warm }), /^\| 20 \| 100 \| 50 min \| 703 GiB \| – \|$/m);
});
