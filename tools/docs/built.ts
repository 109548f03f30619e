import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a test that built a shipped recipe for real wrote down. */
export interface Built {
  /** ISO 8601, UTC. */
  readonly builtAt: string;
  /** What built it, e.g. `diskimage-builder 3.43.0`. */
  readonly builder: string;
  /** When it booted to a login prompt, or whether it did. */
  readonly booted: boolean | string;
}

/** `docs/built.json`, by recipe; empty if no test has written it yet. */
export function readBuilt(projectDirectory: string): Readonly<Record<string, Built>> {
  const file = join(projectDirectory, "docs/built.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Built>) : {};
}

/** Markdown table of the recipes with what is known of each. */
export function builtTable(recipes: readonly string[], built: Readonly<Record<string, Built>>): string {
  const rows = recipes.map((recipe) => {
    const known = built[recipe];
    return known === undefined
      ? `| ${recipe} | never on a test machine | never on a test machine |`
      : `| ${recipe} | ${day(known.builtAt)}, ${known.builder} | ${booted(known)} |`;
  });
  return ["| recipe | last really built | booted |", "| --- | --- | --- |", ...rows].join("\n");
}

function booted({ booted: when, builtAt }: Built): string {
  if (when === false) return "not tried";
  return day(when === true ? builtAt : when);
}

function day(iso: string): string {
  return iso.slice(0, 10);
}
