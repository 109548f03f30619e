import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readResults } from "../bench/results-file.ts";
import { performance, performanceChart } from "./performance.ts";
import { scale } from "./scale.ts";

/** What `npm run bench` writes, in the project. */
export const performanceFile = "docs/performance.json";

/** The pages that are made of it: path in the project, and text. */
export function performancePages(projectDirectory: string): Readonly<Record<string, string>> {
  const results = readResults(join(projectDirectory, performanceFile));
  const chart = performanceChart(results);
  return {
    "docs/performance.md": performance(results),
    "docs/scale.md": scale(results),
    ...(chart === undefined ? {} : { "docs/performance.svg": chart }),
  };
}

/** Writes them. */
export function writePerformancePages(projectDirectory: string): void {
  for (const [page, text] of Object.entries(performancePages(projectDirectory)))
    writeFileSync(join(projectDirectory, page), text);
}
