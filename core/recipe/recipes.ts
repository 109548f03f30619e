import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { checkRecipe, type Findings } from "./checks.ts";
import type { Recipe } from "./model.ts";
import { checkFields, didYouMean, formatPath, isMapping, type Problem } from "./problems.ts";
import { readYaml } from "./read-yaml.ts";
import { resolveContent, resolveMinimums } from "./resolve.ts";
import { recipeSchema, type RecipeFile } from "./schema.ts";
import { recipeName, textProblem } from "./text.ts";

/** Where recipes are, relative to the project. */
export const RECIPES_DIRECTORY = "recipes";

/** A recipe file as read: what is right in it, and every mistake as `file:key: …`. */
export interface ReadRecipe {
  /** Relative to the project. */
  readonly file: string;
  /** The recipe, if there is no mistake in it. */
  readonly recipe?: RecipeFile;
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

/** Names of all recipes of a project, sorted; a file with another name than a recipe can have is none. */
export function recipeNames(projectDirectory: string): string[] {
  const directory = join(projectDirectory, RECIPES_DIRECTORY);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .filter((name) => textProblem(name, recipeName) === undefined)
    .sort();
}

/** What is wrong with the name of a recipe, or undefined: it has none of the rules for names, or no file. */
export function recipeNameProblem(projectDirectory: string, name: string): string | undefined {
  const problem = textProblem(name, recipeName);
  if (problem !== undefined) return problem;
  const names = recipeNames(projectDirectory);
  if (names.includes(name)) return undefined;
  const hint =
    didYouMean(name, names) ||
    (names.length === 0 ? ", and there is no other recipe" : `, there are ${names.join(", ")}`);
  return `there is no ${RECIPES_DIRECTORY}/${name}.yaml${hint}`;
}

/** Reads and checks one recipe that exists. Collects mistakes, throws none. */
export function readRecipe(projectDirectory: string, name: string): ReadRecipe {
  const file = `${RECIPES_DIRECTORY}/${name}.yaml`;
  const yaml = readYaml(projectDirectory, file);
  if ("failure" in yaml) return { file, mistakes: [yaml.failure], warnings: [] };
  if (!isMapping(yaml.value))
    return {
      file,
      mistakes: [`${file}:1: must hold a mapping: kind, distribution, release and so on, see docs/reference.md`],
      warnings: [],
    };
  const checked = checkFields<RecipeFile>(recipeSchema, yaml.value);
  const findings: Findings = checkRecipe(checked.fields, projectDirectory);
  const mistakes = fileLines(file, [...checked.problems, ...findings.problems]);
  const warnings = fileLines(file, findings.warnings);
  return checked.value === undefined || mistakes.length > 0
    ? { file, mistakes, warnings }
    : { file, recipe: checked.value, mistakes, warnings };
}

/**
 * One recipe by itself, defaults resolved.
 *
 * @throws IronicImagesError `invalid-config` with every mistake in it
 */
export function loadRecipe(projectDirectory: string, name: string): Recipe {
  const nameProblem = recipeNameProblem(projectDirectory, name);
  if (nameProblem !== undefined) throw new IronicImagesError("invalid-config", `recipe ${name}: ${nameProblem}`);
  const { recipe, mistakes, warnings } = readRecipe(projectDirectory, name);
  if (recipe === undefined) throw invalidConfig(mistakes);
  return { ...resolveContent(recipe), properties: recipe.properties ?? {}, ...resolveMinimums(recipe), warnings };
}

/** `file:key: what is wrong`, one line per problem, no line twice. */
export function fileLines(file: string, problems: readonly Problem[]): string[] {
  return [...new Set(problems.map(({ path, message }) => `${file}:${formatPath(path)}: ${message}`))];
}

/** All mistakes as one error. */
export function invalidConfig(mistakes: readonly string[]): IronicImagesError {
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  return new IronicImagesError(
    "invalid-config",
    `${count} in stack config and recipes, nothing was done:`,
    mistakes.join("\n"),
  );
}
