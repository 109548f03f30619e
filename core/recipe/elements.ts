import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { agentBuilderElements, builderElements, type ElementFacts } from "./builder.ts";
import { requestedElements, type ElementChoice } from "./command.ts";
import { deployElements, type DeployElementChoice } from "./deploy-command.ts";
import { elementGraph, type ElementGraph } from "./element-graph.ts";
import { treeDigest, treeEntries } from "./element-tree.ts";
import { elementName } from "./text.ts";

/** Where a project keeps its own elements, relative to it. */
export const ELEMENTS_DIRECTORY = "elements";

/** The directory of a project's own element. The name has passed validation. */
export function projectElementDirectory(projectDirectory: string, name: string): string {
  return join(projectDirectory, ELEMENTS_DIRECTORY, name);
}

/** Whether the project has an element of that name. It wins over the builder's of the same name. */
export function isProjectElement(projectDirectory: string, name: string): boolean {
  if (!elementName.pattern.test(name)) return false;
  return lstatSync(projectElementDirectory(projectDirectory, name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** All elements of an image: the project's and the builder's, and those that they bring in. */
export function imageElements(projectDirectory: string, choice: ElementChoice): ElementGraph {
  return graph(projectDirectory, requestedElements(choice), builderElements);
}

/** All elements of a deploy ramdisk. */
export function ramdiskElements(projectDirectory: string, choice: DeployElementChoice): ElementGraph {
  return graph(projectDirectory, deployElements(choice), agentBuilderElements);
}

/** Names of the project's own elements that an image uses, sorted: listed, or brought in by `element-deps` of another. */
export function projectElements(projectDirectory: string, choice: ElementChoice): string[] {
  return imageElements(projectDirectory, choice).names.filter((name) => isProjectElement(projectDirectory, name));
}

/** As {@link projectElements}, for a deploy ramdisk. */
export function projectDeployElements(projectDirectory: string, choice: DeployElementChoice): string[] {
  return ramdiskElements(projectDirectory, choice).names.filter((name) => isProjectElement(projectDirectory, name));
}

function graph(
  projectDirectory: string,
  requested: readonly string[],
  known: ReadonlyMap<string, ElementFacts>,
): ElementGraph {
  // disk-image-create adds `base` by itself.
  return elementGraph(["base", ...requested], (name) =>
    isProjectElement(projectDirectory, name)
      ? factsOf(projectElementDirectory(projectDirectory, name))
      : known.get(name),
  );
}

/** Hex sha256 of one element of the project. Throws what {@link treeEntries} throws. */
export function projectElementDigest(projectDirectory: string, name: string): string {
  return treeDigest(projectElementDirectory(projectDirectory, name), `${ELEMENTS_DIRECTORY}/${name}`);
}

/** What is unsafe in one element of the project, or undefined. */
export function projectElementProblem(projectDirectory: string, name: string): string | undefined {
  try {
    treeEntries(projectElementDirectory(projectDirectory, name), `${ELEMENTS_DIRECTORY}/${name}`);
    return undefined;
  } catch (error) {
    if (error instanceof IronicImagesError) return error.summary;
    throw error;
  }
}

function factsOf(directory: string): ElementFacts {
  return { deps: lines(directory, "element-deps"), provides: lines(directory, "element-provides") };
}

// As diskimage-builder reads them: one name a line, no comments. What a link out of the element leads to is never read: it would be shown.
function lines(directory: string, name: string): string[] {
  if (!existsSync(join(directory, name))) return [];
  const file = realpathSync(join(directory, name));
  if (!file.startsWith(`${realpathSync(directory)}/`) || !statSync(file).isFile()) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
