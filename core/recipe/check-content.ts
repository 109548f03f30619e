import { z } from "zod";
import { checkRecipe } from "./checks.ts";
import type { RecipeContent } from "./content.ts";
import { checkFields, formatPath } from "./problems.ts";
import { overrideFields, recipeFields, type RecipeFile } from "./schema.ts";

const contentSchema = z.strictObject({
  ...overrideFields,
  kind: recipeFields.kind,
  distribution: recipeFields.distribution,
  release: recipeFields.release,
});

/** One mistake, as `check` of a dynamic provider reports it. */
export interface ContentMistake {
  readonly property: string;
  readonly reason: string;
}

/**
 * The guard behind the program's own validation: the rules of a recipe on a content that came another way, e.g. from
 * an older state. Empty if there is no mistake.
 */
export function contentMistakes(content: RecipeContent, projectDirectory: string): ContentMistake[] {
  const checked = checkFields<Partial<RecipeFile>>(contentSchema, asWritten(content));
  const problems = [...checked.problems, ...checkRecipe(checked.fields, projectDirectory).problems];
  return problems.map(({ path, message }) => ({ property: formatPath(path), reason: message }));
}

// The content of a pinned base image is the pin alone; where it comes from is not known here. The stack is in no recipe.
function asWritten({ secretStack: _, ...content }: RecipeContent): unknown {
  const base = content.baseImage;
  return base !== undefined && !("url" in base)
    ? { ...content, baseImage: { url: "https://pinned.invalid/", ...base } }
    : content;
}
