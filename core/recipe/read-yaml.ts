import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

/** What a YAML file holds, or why it holds nothing: `file:line: what is wrong`. */
export type YamlFile = { readonly value: unknown } | { readonly failure: string };

/** Reads one YAML 1.2 document. A key that stands twice is a mistake, as is a tag that YAML does not define. */
export function readYaml(projectDirectory: string, file: string): YamlFile {
  const document = parseDocument(readFileSync(join(projectDirectory, file), "utf8"), { prettyErrors: true });
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake !== undefined) {
    const line = mistake.linePos?.[0].line ?? 1;
    const what = mistake.code === "DUPLICATE_KEY" ? "a key stands here twice: leave one out" : `not valid YAML: ${firstLine(mistake.message)}`;
    return { failure: `${file}:${line}: ${what}` };
  }
  try {
    return { value: document.toJS() as unknown };
  } catch (error) {
    return { failure: `${file}:1: not valid YAML: ${firstLine((error as Error).message)}` };
  }
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
