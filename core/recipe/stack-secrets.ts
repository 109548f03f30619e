import type { StackModel } from "./model.ts";
import { isMapping, type Problem } from "./problems.ts";
import { checkSecretValues, howToSet, missingSecrets } from "./secrets.ts";

/** `ironic-images:secretEnvironment` beside the images that ask for its values. Paths of problems start at the keys of the stack. */
export interface StackSecrets {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * @param raw the values as the stack config has them, decrypted
 * @param written what stands in the stack's file, undefined if there is none: each entry is a ciphertext there
 */
export function checkStackSecrets(
  raw: unknown,
  written: unknown,
  { userImages, deployImages }: Pick<StackModel, "userImages" | "deployImages">,
): StackSecrets {
  const { values, problems } = checkSecretValues(raw);
  const given = new Set(isMapping(raw) ? Object.keys(raw) : []);
  const wanted = [
    ...userImages.map(({ key, recipe, content }) => ({ at: ["userImages", key], content, recipe })),
    ...deployImages.flatMap(({ architecture, content }) =>
      content.kind === "deploy-build"
        ? [{ at: ["deployImages", architecture, "build"], content, recipe: undefined }]
        : [],
    ),
  ];
  const used = new Set(wanted.flatMap(({ content }) => content.secretEnvironment ?? []));
  const under = (at: Problem["path"], found: readonly Problem[]): Problem[] =>
    found.map(({ path, message }) => ({ path: [...at, ...path], message }));
  return {
    values,
    problems: [
      ...under(["secretEnvironment"], [...problems, ...inClear(written)]),
      ...wanted.flatMap(({ at, content, recipe }) => under(at, missingSecrets(content, given, recipe))),
    ],
    warnings: Object.keys(values)
      .filter((name) => !used.has(name))
      .map((name) => ({ path: ["secretEnvironment", name], message: "no image of this stack asks for it" })),
  };
}

/** Entries that were set without --secret. */
function inClear(written: unknown): Problem[] {
  if (!isMapping(written)) return [];
  return Object.entries(written)
    .filter(([name, value]) => name !== "secure" && !(isMapping(value) && typeof value["secure"] === "string"))
    .map(([name]) => ({ path: [name], message: `stands in this file in clear: ${howToSet(name)}` }));
}
