import type { BuildSettings, StackModel } from "../../core/recipe/model.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { loadStack } from "../../core/recipe/load.ts";

/** What a build needs and no resource holds: it changes where and how fast an image is built, never what it is. */
export interface RuntimeSettings {
  readonly build: BuildSettings;
  /** Where a recipe's pinned base image comes from; undefined if it has none. */
  baseImageUrl(recipe: string, content: RecipeContent): string | undefined;
}

/**
 * Reads the stack config at run time, because anything that passed through a resource's inputs would show as a change.
 *
 * @param getConfig the value of a key of the project's namespace, as JSON
 */
export async function runtimeSettings(
  getConfig: (key: string) => string | undefined,
  projectDirectory: string,
): Promise<RuntimeSettings> {
  const parsed = (key: string) => JSON.parse(getConfig(key) ?? "{}") as unknown;
  const stack = process.env["PULUMI_NODEJS_STACK"] ?? "<stack>";
  const config = { userImages: parsed("userImages"), build: parsed("build") };
  const model = await loadStack({ projectDirectory, stack, config });
  return {
    build: model.build,
    baseImageUrl: (recipe, content) => baseImageUrl(model, recipe, content),
  };
}

function baseImageUrl(model: StackModel, recipe: string, content: RecipeContent): string | undefined {
  const base = content.baseImage;
  if (base === undefined) return undefined;
  if ("url" in base) return base.url;
  const samePin = model.userImages.find((image) => {
    const other = image.content.baseImage;
    return image.recipe === recipe && other !== undefined && "sha256" in other && other.sha256 === base.sha256;
  });
  return samePin?.baseImageUrl;
}
