import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ElementFacts } from "./builder.ts";

/** What one element of a project says of itself. */
export function elementFacts(directory: string): ElementFacts {
  return {
    deps: elementLines(directory, "element-deps"),
    provides: elementLines(directory, "element-provides"),
    hooks: hooksOf(directory),
  };
}

/** As diskimage-builder reads them: one name a line, no comments. What a link out of the element leads to is never read: it would be shown. */
export function elementLines(directory: string, name: string): string[] {
  if (!existsSync(join(directory, name))) return [];
  const file = realpathSync.native(join(directory, name));
  if (!file.startsWith(`${realpathSync.native(directory)}/`) || !statSync(file).isFile()) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The files that diskimage-builder copies together with those of all other elements (lib/common-functions, copy_hooks_not_overwrite). */
function hooksOf(directory: string): string[] {
  const directories = names(directory).filter(
    (name) =>
      !["tests", "__pycache__"].includes(name) &&
      lstatSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() === true,
  );
  return directories
    .flatMap((name) =>
      names(join(directory, name))
        .filter((hook) => !hook.startsWith(".") && isFile(join(directory, name, hook)))
        .map((hook) => `${name}/${hook}`),
    )
    .sort();
}

function names(directory: string): string[] {
  return readdirSync(directory).sort();
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
