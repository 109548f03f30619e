import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Recipes that tests really built, one JSON object a line, laid over those that are known; sorted by recipe. */
export function mergeBuilt(known: Readonly<Record<string, unknown>>, notes: string): Record<string, unknown> {
  const lines = notes.split("\n").filter((line) => line !== "");
  const all = Object.assign({}, known, ...lines.map((line) => JSON.parse(line) as object)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
}

/** Writes what tests noted to docs/built.json, which the reference shows. */
export function writeBuilt(projectDirectory: string, notesFile: string): void {
  if (!existsSync(notesFile)) return;
  const file = path.join(projectDirectory, "docs/built.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>) : {};
  writeFileSync(file, `${JSON.stringify(mergeBuilt(known, readFileSync(notesFile, "utf8")), undefined, 2)}\n`);
}
