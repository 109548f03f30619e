import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { briefly } from "./brief-memory.ts";
import { agentBuilderElements, builderElements, type ElementFacts } from "./builder.ts";
import { requestedElements, type ElementChoice } from "./command.ts";
import { deployElements, type DeployElementChoice } from "./deploy-command.ts";
import { elementFacts } from "./element-facts.ts";
import { elementGraph, type ElementGraph } from "./element-graph.ts";
import { lintElement, type ElementFindings } from "./element-lint.ts";
import { treeDigest } from "./element-tree.ts";
import { elementName, textProblem } from "./text.ts";

/** Where a project keeps its own elements, relative to it. */
export const ELEMENTS_DIRECTORY = "elements";

/** The directory of a project's own element. The name has passed validation. */
export function projectElementDirectory(projectDirectory: string, name: string): string {
  return join(projectDirectory, ELEMENTS_DIRECTORY, name);
}

/** Whether the project has an element of that name. It wins over the builder's of the same name. */
export function isProjectElement(projectDirectory: string, name: string): boolean {
  return elementStats(projectDirectory, name)?.isDirectory() ?? false;
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
  const facts = new Map<string, ElementFacts | undefined>();
  // The graph asks several times for each.
  const factsOf = (name: string): ElementFacts | undefined => {
    if (!facts.has(name)) {
      const isOwn = isProjectElement(projectDirectory, name);
      facts.set(name, isOwn ? elementFacts(projectElementDirectory(projectDirectory, name)) : known.get(name));
    }
    return facts.get(name);
  };
  const question = JSON.stringify(["graph", projectDirectory, known === builderElements, requested]);
  // disk-image-create adds `base` by itself.
  return briefly(question, () => elementGraph(["base", ...requested], factsOf));
}

/** Hex sha256 of one element of the project. Throws what `treeEntries` throws. */
export function projectElementDigest(projectDirectory: string, name: string): string {
  return treeDigest(projectElementDirectory(projectDirectory, name), `${ELEMENTS_DIRECTORY}/${name}`);
}

/** What is wrong with one element of the project, and what is worth a look. */
export function projectElementFindings(projectDirectory: string, name: string): ElementFindings {
  const shownAs = `${ELEMENTS_DIRECTORY}/${name}`;
  const directory = projectElementDirectory(projectDirectory, name);
  const { problems, warnings } = briefly(`lint ${directory}`, () => lintElement(directory, shownAs));
  return /^ironic-images(-deploy)?$/.test(name)
    ? { problems: [...problems, `${shownAs}: this program's own hooks have that name: rename it`], warnings }
    : { problems, warnings };
}

/** Where an element that is nowhere may have been meant to be: a link there is not followed. */
export function isLinkedElement(projectDirectory: string, name: string): boolean {
  return elementStats(projectDirectory, name)?.isSymbolicLink() ?? false;
}

function elementStats(projectDirectory: string, name: string): Stats | undefined {
  return textProblem(name, elementName) === undefined
    ? briefly(`stats ${projectDirectory} ${name}`, () =>
        lstatSync(projectElementDirectory(projectDirectory, name), { throwIfNoEntry: false }),
      )
    : undefined;
}
