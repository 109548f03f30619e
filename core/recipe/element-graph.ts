import type { ElementFacts } from "./builder.ts";

/** What a list of elements comes to. */
export interface ElementGraph {
  /** All elements of the image, those that others bring in included; sorted. */
  readonly names: readonly string[];
  /** Elements that are nowhere, with the element whose `element-deps` asks for it; without one, it was asked for directly. */
  readonly missing: readonly { readonly name: string; readonly neededBy?: string }[];
  /** What several elements provide, e.g. `operating-system`. */
  readonly clashes: readonly { readonly provides: string; readonly by: readonly string[] }[];
  /** What was asked for directly though another element, `by`, provides it. */
  readonly provided: readonly { readonly name: string; readonly by: string }[];
  /** Files that several elements have in the same place, e.g. `install.d/50-x`: the builder stops at that. */
  readonly sameHooks: readonly { readonly hook: string; readonly by: readonly string[] }[];
  /** Whether one of them is an operating system. */
  readonly hasOperatingSystem: boolean;
}

/** Follows `element-deps` and `element-provides` as diskimage-builder's element_dependencies.py does. */
export function elementGraph(
  requested: readonly string[],
  facts: (name: string) => ElementFacts | undefined,
): ElementGraph {
  const neededBy = new Map<string, string | undefined>(requested.map((name) => [name, undefined]));
  const providers = new Map<string, string[]>();
  const absent: string[] = [];
  // A Map grows while it is walked: the queue and the set of those seen in one.
  for (const name of neededBy.keys()) {
    const element = facts(name);
    if (element === undefined) {
      absent.push(name);
      continue;
    }
    for (const provided of element.provides) providers.set(provided, [...(providers.get(provided) ?? []), name]);
    for (const dependency of element.deps) if (!neededBy.has(dependency)) neededBy.set(dependency, name);
  }
  const missing = absent.filter((name) => !providers.has(name));
  const names = [...neededBy.keys()].filter((name) => facts(name) !== undefined && !providers.has(name)).sort();
  return {
    names,
    missing: missing.map((name) => {
      const by = neededBy.get(name);
      return by === undefined ? { name } : { name, neededBy: by };
    }),
    clashes: [...providers].filter(([, by]) => by.length > 1).map(([provides, by]) => ({ provides, by })),
    provided: requested.flatMap((name) => {
      const by = providers.get(name)?.[0];
      return by === undefined ? [] : [{ name, by }];
    }),
    sameHooks: sameHooks(names, facts),
    hasOperatingSystem: providers.has("operating-system"),
  };
}

function sameHooks(
  names: readonly string[],
  facts: (name: string) => ElementFacts | undefined,
): ElementGraph["sameHooks"] {
  const owners = new Map<string, string[]>();
  for (const name of names)
    for (const hook of facts(name)?.hooks ?? []) owners.set(hook, [...(owners.get(hook) ?? []), name]);
  return [...owners].filter(([, by]) => by.length > 1).map(([hook, by]) => ({ hook, by }));
}
