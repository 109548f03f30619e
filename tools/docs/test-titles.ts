import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A title of a test that names faults. */
export interface FaultTitle {
  readonly numbers: readonly number[];
  /** What follows the numbers; `…` stands for what only a run knows. */
  readonly title: string;
  /** Path in the project. */
  readonly path: string;
}

// `fault 7: ` or `faults 7, 8: `, at the beginning of a text in the source, so also of one that is a table's.
const literal = /(["'`])(faults? \d+(?:, \d+)*: (?:(?!\1)[^\\]|\\.)*)\1/gs;
const named = /^faults? (\d+(?:, \d+)*): (.*)$/s;

/** The numbers at the beginning of a test's title, and what follows; undefined where it names no fault. */
export function faultsOfTitle(title: string): { numbers: number[]; rest: string } | undefined {
  const [, numbers, rest] = named.exec(title) ?? [];
  if (numbers === undefined || rest === undefined) return undefined;
  return { numbers: numbers.split(", ").map(Number), rest };
}

/** All titles in a project's test/ that name faults, by file. */
export function faultTitles(projectDirectory: string): FaultTitle[] {
  return testSources(projectDirectory).flatMap(({ path, text }) =>
    [...text.matchAll(literal)].flatMap(([, , written = ""]) => {
      const found = faultsOfTitle(written);
      return found === undefined ? [] : [{ numbers: found.numbers, title: readable(found.rest), path }];
    }),
  );
}

/** The TypeScript files of a project's test/, but those about documents and results, whose titles are made up. */
export function testSources(projectDirectory: string): { path: string; text: string }[] {
  return entriesBelow(join(projectDirectory, "test"))
    .map((entry) => `test/${entry}`)
    .filter((path) => path.endsWith(".ts") && !/^test\/tools\/(docs|test)\//.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(projectDirectory, path), "utf8") }));
}

function readable(title: string): string {
  return title
    .replace(/\$\{[^}]*\}/g, "…")
    .replace(/\\(.)/g, "$1")
    .replace(/(… ?)+$/, "…");
}

function entriesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: "utf8" });
  } catch (error) {
    // A copy of the program has no tests.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
