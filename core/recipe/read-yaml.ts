import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { parseDocument } from "yaml";
import { visible } from "./text.ts";

/** What a YAML file holds, or why it holds nothing: `file:line: what is wrong`. */
export type YamlFile = { readonly value: unknown } | { readonly failure: string };

/** More than anybody writes by hand, bytes. */
const maxSize = 2 ** 20;

/** Reads one YAML 1.2 document. A key that stands twice is a mistake, as is a tag that YAML does not define. */
export function readYaml(projectDirectory: string, file: string): YamlFile {
  const path = join(projectDirectory, file);
  let text: string;
  try {
    const problem = placeProblem(projectDirectory, path);
    if (problem !== undefined) return { failure: `${file}:1: ${problem}` };
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { failure: `${file}:1: cannot be read: ${firstLine((error as Error).message)}` };
  }
  try {
    return parsed(text, file);
  } catch (error) {
    // Too many aliases, and what is nested more deeply than a stack is.
    return { failure: `${file}:1: not valid YAML: ${firstLine((error as Error).message)}` };
  }
}

function parsed(text: string, file: string): YamlFile {
  const document = parseDocument(text, { prettyErrors: true });
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake !== undefined) {
    const line = mistake.linePos?.[0].line ?? 1;
    const what =
      mistake.code === "DUPLICATE_KEY"
        ? "a key stands here twice: leave one out"
        : `not valid YAML: ${firstLine(mistake.message)}`;
    return { failure: `${file}:${line}: ${what}` };
  }
  const value = document.toJS() as unknown;
  return isEndless(value)
    ? { failure: `${file}:1: an alias leads back into what holds it: write the value out` }
    : { value };
}

// A FIFO would be waited for, and what a link out of the project leads to would be shown as mistakes.
function placeProblem(projectDirectory: string, path: string): string | undefined {
  const stats = statSync(path);
  if (!realpathSync.native(path).startsWith(`${realpathSync.native(projectDirectory)}${sep}`))
    return "is a link out of the project: put the file itself there";
  if (!stats.isFile()) return "cannot be read: it is no file";
  return stats.size > maxSize ? `has ${stats.size} bytes, at most ${maxSize} are read` : undefined;
}

// JSON refuses what holds itself, and nothing else that YAML can give.
function isEndless(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

function firstLine(message: string): string {
  return visible((message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""));
}
