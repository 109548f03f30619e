import type { ElementFacts } from "./builder.ts";
import type { ElementGraph } from "./element-graph.ts";
import { ELEMENTS_DIRECTORY, isProjectElement, projectElementFindings } from "./elements.ts";
import type { Path, Problem } from "./problems.ts";
import { shownName } from "./text.ts";

/**
 * What is wrong with the elements of an image besides that some are missing: what the builder would stop at, and what is in the project's own.
 *
 * @param builder the elements that the builder brings itself
 * @param where the field that has an element
 */
export function elementFindings(
  graph: ElementGraph,
  projectDirectory: string,
  builder: ReadonlyMap<string, ElementFacts>,
  where: (name: string) => Path,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const own = graph.names.filter((name) => isProjectElement(projectDirectory, name));
  const looked = own.map((name) => ({ path: where(name), ...projectElementFindings(projectDirectory, name) }));
  const replaced = own.filter((name) => builder.has(name));
  return {
    problems: [
      ...graph.provided.map(({ name, by }) => ({
        path: where(name),
        message: `${name} is what ${by} provides already: leave it out`,
      })),
      ...graph.sameHooks.map(({ hook, by }) => ({
        path: where(by.find((name) => own.includes(name)) ?? by[0] ?? ""),
        message: `${by.join(" and ")} both have ${shownName(hook)}, and the builder stops at that: rename one of them`,
      })),
      ...looked.flatMap(({ path, problems }) => problems.map((message) => ({ path, message }))),
    ],
    warnings: [
      ...replaced.map((name) => ({
        path: where(name),
        message: `${ELEMENTS_DIRECTORY}/${name} takes the place of the builder's own element ${name}`,
      })),
      ...looked.flatMap(({ path, warnings }) => warnings.map((message) => ({ path, message }))),
    ],
  };
}

/** Told instead of "unknown element". */
export function linkedElementMessage(name: string): string {
  return `${ELEMENTS_DIRECTORY}/${name} is a link, and may lead anywhere: put the directory itself there`;
}
