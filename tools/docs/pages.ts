import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { faults } from "./faults.ts";
import { recipeJsonSchema, stackJsonSchema } from "./json-schema.ts";
import { performancePages } from "./performance-pages.ts";
import { reference } from "./reference.ts";
import { trust } from "./trust.ts";

/** All generated files of a project: path relative to it, and what must be in it. */
export function generatedPages(projectDirectory: string): Readonly<Record<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "schemas/recipe.schema.json": json(recipeJsonSchema()),
    "schemas/stack.schema.json": json(stackJsonSchema()),
    "docs/reference.md": reference(projectDirectory),
    "docs/trust.md": trust(projectDirectory),
    "docs/faults.md": faults(projectDirectory),
    ...performancePages(projectDirectory),
  };
}

/** Writes them all, in directories that are there. */
export function writePages(projectDirectory: string): void {
  for (const [page, text] of Object.entries(generatedPages(projectDirectory)))
    writeFileSync(join(projectDirectory, page), text);
}
