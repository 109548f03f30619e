import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

/** What a YAML file holds, or why it holds nothing: `file:line: what is wrong`. */
export type YamlFile = { readonly value: unknown } | { readonly failure: string };

/** Reads one YAML 1.2 document. A key that stands twice is a mistake, as is a tag that YAML does not define. */
export function readYaml(projectDirectory: string, file: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(join(projectDirectory, file), "utf8");
  } catch (error) {
    return { failure: `${file}:1: cannot be read: ${firstLine((error as Error).message)}` };
  }
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
  try {
    const value = document.toJS() as unknown;
    return isEndless(value)
      ? { failure: `${file}:1: an alias leads back into what holds it: write the value out` }
      : { value };
  } catch (error) {
    return { failure: `${file}:1: not valid YAML: ${firstLine((error as Error).message)}` };
  }
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
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
