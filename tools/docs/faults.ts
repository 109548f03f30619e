import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { faultGroups } from "./fault-list.ts";
import type { Fault } from "./fault.ts";
import { faultTitles, type FaultTitle } from "./test-titles.ts";

/** How the tests of a fault ended. */
export interface FaultOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a full run writes to docs/proof/faults.json. */
export interface FaultProof {
  readonly commit: string;
  /** Nothing in the work tree differed from the commit. */
  readonly clean: boolean;
  /** ISO 8601. */
  readonly date: string;
  /** By number of the fault. */
  readonly outcomes: Readonly<Record<string, FaultOutcome>>;
}

/** Path of what the last full run found, in the project. */
export const faultProofPath = "docs/proof/faults.json";

/** `docs/faults.md`. */
export function faults(projectDirectory: string): string {
  const titles = faultTitles(projectDirectory);
  const proof = readProof(projectDirectory);
  const sections = [
    "<!-- Made by `npm run docs` from tools/docs, the titles of the tests and docs/proof/faults.json. Do not edit. -->",
    "# What goes wrong, and what comes of it",
    "Each fault is brought about by a test, whose title begins with the fault's number. A fault without a test and without a reason for that fails `npm test`.",
    proof === undefined
      ? "No full run has written its results yet."
      : `Results: \`npm run test:full\` of ${proof.date.slice(0, 10)} at commit ${proof.commit.slice(0, 12)}${proof.clean ? "" : ", with changes in the work tree"}.`,
    ...faultGroups.flatMap(({ title, faults: rows }) => [
      `## ${title}`,
      [
        "| # | fault | expected | tests | result |",
        "| --- | --- | --- | --- | --- |",
        ...rows.map((fault) => row(fault, titles, proof)),
      ].join("\n"),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function row(fault: Fault, titles: readonly FaultTitle[], proof: FaultProof | undefined): string {
  const own = titles.filter(({ numbers }) => numbers.includes(fault.number));
  const tests =
    own.length === 0 ? "none" : [...byFile(own)].map(([path, said]) => `${link(path)}: ${said}`).join("<br>");
  const cells = [
    String(fault.number),
    fault.fault,
    fault.expected,
    fault.notApplicable === undefined ? tests : `does not apply: ${fault.notApplicable}`,
    fault.notApplicable === undefined ? result(proof?.outcomes[fault.number]) : "",
  ];
  return `| ${cells.map(cell).join(" | ")} |`;
}

function byFile(titles: readonly FaultTitle[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, title } of titles) {
    const said = found.get(path);
    found.set(path, said === undefined ? title : `${said}; ${title}`);
  }
  return found;
}

function result(outcome: FaultOutcome | undefined): string {
  if (outcome === undefined) return "not run yet";
  const { passed, failed, skipped } = outcome;
  const parts = [
    [failed, "**failed**"],
    [passed, "passed"],
    [skipped, "skipped"],
  ] as const;
  return parts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(", ");
}

function readProof(projectDirectory: string): FaultProof | undefined {
  const file = join(projectDirectory, faultProofPath);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as FaultProof) : undefined;
}

// A bar ends a cell, and so does a line; an angle bracket begins a tag.
function cell(text: string): string {
  return text
    .replace(/<(?!br>)/g, "&lt;")
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|");
}

function link(path: string): string {
  return `[${path.replace(/^test\//, "")}](../${path})`;
}
