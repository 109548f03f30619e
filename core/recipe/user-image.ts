import { bootTestSettings } from "../boot/settings.ts";
import { bootTestProblems } from "./boot-test.ts";
import { checkRecipe } from "./checks.ts";
import type { UserImage } from "./model.ts";
import { checkFields, formatPath, type Problem } from "./problems.ts";
import { checkPublication, resolvePublication } from "./publication.ts";
import { recipeNameProblem, type ReadRecipe } from "./recipes.ts";
import { resolveContent, resolveMinimums } from "./resolve.ts";
import { userImageSchema } from "./stack-schema.ts";
import { DEFAULT_MAX_VIRTUAL_SIZE_GIB, defaults, type RecipeFile } from "./schema.ts";
import { imageName, textProblem } from "./text.ts";

/** One entry of `userImages`, checked together with its recipe. Paths of problems are those inside the entry. */
export interface CheckedUserImage {
  /** Absent if entry or recipe has a mistake that leaves no image. */
  readonly image?: UserImage;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

type Fields = Partial<ReturnType<typeof userImageSchema.parse>>;

/** Checks one entry. `recipeOf` reads a recipe that exists. */
export function checkUserImage(
  key: string,
  raw: unknown,
  projectDirectory: string,
  recipeOf: (name: string) => ReadRecipe,
): CheckedUserImage {
  const checked = checkFields(userImageSchema, raw);
  const problems: Problem[] = [...checked.problems];
  const { fields } = checked;
  if (fields.recipe === undefined) return { problems, warnings: [] };
  const recipeProblem = recipeNameProblem(projectDirectory, fields.recipe);
  if (recipeProblem !== undefined)
    return { problems: [...problems, { path: ["recipe"], message: recipeProblem }], warnings: [] };
  const { recipe } = recipeOf(fields.recipe);
  if (recipe === undefined) return { problems, warnings: [] };
  const merged = override(recipe, fields.overrides);
  const findings =
    fields.overrides === undefined ? { problems: [], warnings: [] } : checkRecipe(merged, projectDirectory);
  problems.push(
    ...findings.problems.map((problem) => inOverrides(problem, fields)),
    ...nameProblems(key, fields, merged.kind),
    ...bootTestProblems(fields.bootTest, { ...merged, architecture: merged.architecture ?? defaults.architecture }),
  );
  const publication = checkPublication(fields, merged.kind === "partition");
  problems.push(...publication.problems);
  const warnings = [...findings.warnings.map((problem) => inOverrides(problem, fields)), ...publication.warnings];
  return { image: resolveUserImage(key, fields.recipe, fields, recipe, merged), problems, warnings };
}

// A field of the overrides replaces that of the recipe as a whole.
function override(recipe: RecipeFile, overrides: Fields["overrides"]): RecipeFile {
  const given = Object.entries(overrides ?? {}).filter(([, value]) => value !== undefined);
  return { ...recipe, ...Object.fromEntries(given) };
}

// A contradiction may name a field that only the recipe has; then the overrides as a whole are the place.
function inOverrides({ path, message }: Problem, { overrides, recipe }: Fields): Problem {
  if (path[0] !== undefined && Object.hasOwn(overrides ?? {}, path[0]))
    return { path: ["overrides", ...path], message };
  return { path: ["overrides"], message: `with recipe ${recipe}, ${formatPath(path)}: ${message}` };
}

function nameProblems(key: string, fields: Fields, kind: RecipeFile["kind"]): Problem[] {
  const names = ["kernelName", "ramdiskName"] as const;
  if (kind === "whole-disk") {
    return names
      .filter((name) => fields[name] !== undefined)
      .map((name) => ({
        path: [name],
        message: "is for partition images: a whole-disk image has no kernel and ramdisk, leave the key out",
      }));
  }
  const resolved = imageNames(key, fields, kind);
  return names.flatMap((name) => {
    const message = fields[name] === undefined ? textProblem(resolved[name] ?? "", imageName) : undefined;
    // A bad image name is reported as itself.
    return message === undefined || textProblem(resolved.name, imageName) !== undefined
      ? []
      : [{ path: [name], message: `the default ${message}: give a shorter name` }];
  });
}

function imageNames(
  key: string,
  fields: Fields,
  kind: RecipeFile["kind"],
): Pick<UserImage, "name" | "kernelName" | "ramdiskName"> {
  const name = fields.name ?? key;
  if (kind === "whole-disk") return { name };
  return {
    name,
    kernelName: fields.kernelName ?? `${name}.vmlinuz`,
    ramdiskName: fields.ramdiskName ?? `${name}.initrd`,
  };
}

function resolveUserImage(
  key: string,
  recipeName: string,
  fields: Fields,
  recipe: RecipeFile,
  merged: RecipeFile,
): UserImage {
  return {
    key,
    ...imageNames(key, fields, merged.kind),
    recipe: recipeName,
    ...resolveContent(merged),
    visibility: fields.visibility ?? "private",
    ...resolvePublication(fields),
    keepPrevious: fields.keepPrevious ?? false,
    properties: { ...recipe.properties, ...fields.properties },
    ...resolveMinimums(fields, recipe),
    maxVirtualSizeGiB: fields.maxVirtualSizeGiB ?? recipe.maxVirtualSizeGiB ?? DEFAULT_MAX_VIRTUAL_SIZE_GIB,
    allowLuks: fields.allowLuks ?? recipe.allowLuks ?? false,
    ...(fields.bootTest === undefined ? {} : { bootTest: bootTestSettings(fields.bootTest, merged.kind) }),
  };
}
