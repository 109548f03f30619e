import { benches } from "../bench/benches.ts";
import { rowCells, rowTitles } from "../bench/figures.ts";
import type { BenchResult } from "../bench/result.ts";
import type { BenchResults } from "../bench/results-file.ts";
import { stageNames } from "../bench/stage-times.ts";
import { levers } from "./levers.ts";
import { sameImage } from "./same-image.ts";
import { stageChart, type StageGroup } from "./stage-chart.ts";

/** Measurements that show where a build's seconds go. */
const charted = ["cold", "warm", "whole-disk"];

/** `docs/performance.md`. */
export function performance(results: BenchResults): string {
  const groups = stageGroups(results);
  const sections = [
    "<!-- Made by `npm run bench` from docs/performance.json and tools/docs. Do not edit. -->",
    "# Measured",
    "`npm run bench` measures on the machine that runs it. Every measurement runs beside the plain tool that does the same by hand, in turns, and what is held against the target is the median over the pairs: absolute figures of one machine say little of another. `npm run bench -- cold up` takes these two only and leaves the other results as they are.",
    ...(groups.length === 0
      ? []
      : [
          "## Where a build's seconds go",
          "![Seconds of builds, by stage, plain and ours.](performance.svg)",
          stageTable(groups),
        ]),
    "## Against plain tools",
    "A ratio is ours in times of plain; a difference is ours less plain.",
    summaryTable(results),
    "## Each measurement",
    ...Object.entries(benches).map(([name, { title }]) => measurement(name, title, results[name])),
    "## What makes it fast",
    "Each is on by default, and off by one key. What a lever saves was measured by turning it alone on or off.",
    leverTable(),
    sameImage(),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** `docs/performance.svg`; undefined before a build was measured. */
export function performanceChart(results: BenchResults): string | undefined {
  const groups = stageGroups(results);
  return groups.length === 0 ? undefined : stageChart(groups);
}

function stageGroups(results: BenchResults): StageGroup[] {
  return charted.flatMap((name) => {
    const stages = results[name]?.stages;
    const title = benches[name]?.title;
    if (stages === undefined || title === undefined) return [];
    const bars = [
      { label: "disk-image-create", stages: stages.plain },
      { label: "ours", stages: stages.ours },
    ];
    return [{ title, bars }];
  });
}

function stageTable(groups: readonly StageGroup[]): string {
  const bars = groups.flatMap(({ title, bars: own }) => own.map((bar) => ({ ...bar, title })));
  const rows = stageNames.map((stage) => [
    stage,
    ...bars.map(({ stages }) => {
      const seconds = stages.find((each) => each.stage === stage)?.seconds;
      return seconds === undefined ? "–" : seconds.toFixed(1);
    }),
  ]);
  return markdownTable([["seconds", ...bars.map(({ title, label }) => `${title}: ${label}`)], ...rows]);
}

/** What has a target, in one look. */
function summaryTable(results: BenchResults): string {
  const rows = Object.entries(benches).flatMap(([name, { title }]) => {
    const result = results[name];
    if (result === undefined) return [[`\`${name}\``, title, "not measured yet", "–", "–"]];
    return result.rows
      .filter(({ target }) => target !== undefined)
      .map((row) => [`\`${name}\``, `${title}: ${row.what}`, ...rowCells(row).slice(-3)]);
  });
  return markdownTable([["bench", "what", "result", "target", "met"], ...rows]);
}

function measurement(name: string, title: string, result: BenchResult | undefined): string {
  const head = `### \`${name}\`: ${title}`;
  if (result === undefined) return `${head}\n\nNot measured yet.`;
  const { date, machine, load, commit, command } = result;
  const of = commit === undefined ? "" : ` at commit ${commit}`;
  const said = `\`${command}\`, ${date.slice(0, 10)}${of}. ${machine}; load of the minute before ${load.toFixed(1)}.`;
  return `${head}\n\n${said}\n\n${markdownTable([rowTitles, ...result.rows.map(rowCells)])}`;
}

function leverTable(): string {
  const rows = levers.map(({ what, saves, key, same }) => [what, saves, `\`${key}\``, same]);
  return markdownTable([["lever", "saves", "off by", "why the image stays the same"], ...rows]);
}

/** The first row holds the titles. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const [titles = [], ...more] = rows;
  return [line(titles), line(titles.map(() => "---")), ...more.map(line)].join("\n");
}
