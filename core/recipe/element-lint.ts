import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { elementLines } from "./element-facts.ts";
import { notUtf8, treeNames, unsafeEntry } from "./element-tree.ts";
import { elementName, shownName, textProblem } from "./text.ts";

/** What a look at one element's files gives, each beginning with the file. */
export interface ElementFindings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Most messages of a kind for one element: a tree unpacked with the wrong modes has thousands of the same. */
const limit = 10;

// lib/dib-run-parts runs executable files of these names; `environment.d` is sourced, and its names may have dots.
const hookName = /^[0-9A-Za-z_-]+$/;
const environmentName = /^[0-9A-Za-z_.-]+$/;
// generate_hooks and copy_hooks_not_overwrite of lib/common-functions go through unquoted output of ls and find.
const splitName = /[\s*?[\\\p{Cc}]/u;

/**
 * Looks through one element of a project, all mistakes at once.
 *
 * @param shownAs what messages call the directory
 */
export function lintElement(directory: string, shownAs: string): ElementFindings {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { path, stats } of treeNames(directory)) {
    const shown = path === "" ? shownAs : `${shownAs}/${shownName(path)}`;
    const problem =
      stats === undefined
        ? notUtf8
        : (unsafeEntry(join(directory, path), path, stats) ??
          (isSplit(path) ? "diskimage-builder splits such a name: rename it" : undefined));
    if (problem !== undefined) problems.push(`${shown}: ${problem}`);
    const warning = stats === undefined ? undefined : hookWarning(path, stats);
    if (warning !== undefined) warnings.push(`${shown}: ${warning}`);
  }
  problems.push(...["element-deps", "element-provides"].flatMap((file) => nameProblems(directory, shownAs, file)));
  return { problems: shortened(problems, shownAs), warnings: shortened(warnings, shownAs) };
}

function isSplit(path: string): boolean {
  return path.split("/").length <= 2 && splitName.test(path);
}

function hookWarning(path: string, stats: Stats): string | undefined {
  if (!stats.isFile()) return undefined;
  if ((stats.mode & 0o6000) !== 0)
    return "has the setuid or setgid bit: in the image it would run with its owner's rights";
  const [directory = "", name = "", ...deeper] = path.split("/");
  if (!directory.endsWith(".d") || name === "" || deeper.length > 0 || name.startsWith(".")) return undefined;
  const isExecutable = (stats.mode & 0o111) !== 0;
  if (directory === "environment.d")
    return environmentName.test(name) ? undefined : "diskimage-builder ignores a file of this name: rename it";
  if (isExecutable && !hookName.test(name))
    return "diskimage-builder ignores a hook of this name: letters, digits, _ and - only";
  return !isExecutable && /^[0-9]+-/.test(name) && hookName.test(name)
    ? "diskimage-builder ignores a hook that is not executable: chmod +x"
    : undefined;
}

function nameProblems(directory: string, shownAs: string, file: string): string[] {
  const stats = lstatSync(join(directory, file), { throwIfNoEntry: false });
  if (stats !== undefined && stats.isDirectory()) return [`${shownAs}/${file}: is a directory, and has to be a file`];
  return elementLines(directory, file).flatMap((line) => {
    const problem = textProblem(line, elementName);
    return problem === undefined ? [] : [`${shownAs}/${file}: ${problem}`];
  });
}

function shortened(messages: readonly string[], shownAs: string): string[] {
  const more = messages.length - limit;
  return more <= 0 ? [...messages] : [...messages.slice(0, limit), `${shownAs}: and ${more} more like these`];
}
