import { checkDeployImages } from "./deploy-image.ts";
import type { BuildSettings, PreflightSettings, StackModel, UserImage } from "./model.ts";
import { nameClashes } from "./names.ts";
import { checkFields, didYouMean, formatPath, isMapping, type Problem } from "./problems.ts";
import { readYaml } from "./read-yaml.ts";
import { fileLines, invalidConfig, readRecipe, type ReadRecipe } from "./recipes.ts";
import { buildSchema, DEFAULT_PUBLIC_ROLES, DEFAULT_TIMEOUT_MINUTES, preflightSchema } from "./stack-schema.ts";
import { ofStack } from "./secrets.ts";
import { checkStackSecrets } from "./stack-secrets.ts";
import { imageName, textProblem } from "./text.ts";
import { checkUserImage } from "./user-image.ts";

export { loadRecipe, recipeNames } from "./recipes.ts";

/** What a stack is loaded from. */
export interface StackSource {
  /** The directory that holds `recipes/` and `elements/`. */
  readonly projectDirectory: string;
  /** Name of the stack, for the file that mistakes are reported in. */
  readonly stack: string;
  /** The values of all keys in the namespace `ironic-images`, as parsed JSON. */
  readonly config: Readonly<Record<string, unknown>>;
}

const configKeys = ["userImages", "deployImages", "secretEnvironment", "build", "preflight", "publicRoles"];

/**
 * Reads and validates a stack and its recipes. Reads files, and nothing else.
 *
 * @throws IronicImagesError `invalid-config`, with every mistake of all files, a line each: `file:key: what is wrong, what to do`
 */
export async function loadStack({ projectDirectory, stack, config }: StackSource): Promise<StackModel> {
  const file = `stacks/Pulumi.${stack}.yaml`;
  const recipes = new Map<string, ReadRecipe>();
  const recipeOf = (name: string): ReadRecipe => {
    const known = recipes.get(name) ?? readRecipe(projectDirectory, name);
    recipes.set(name, known);
    return known;
  };
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const key of Object.keys(config)) {
    if (!configKeys.includes(key))
      problems.push({
        path: [key],
        message: `unknown key${didYouMean(key, configKeys) || `, known are ${configKeys.join(", ")}`}`,
      });
  }
  const build = readBuild(config["build"] ?? {}, problems);
  const preflight = readPreflight(config, problems);
  const userImages: UserImage[] = [];
  for (const [key, raw] of readEntries(config["userImages"] ?? {}, problems)) {
    const at = ["userImages", key];
    const keyProblem = textProblem(key, imageName);
    if (keyProblem !== undefined) problems.push({ path: at, message: `the key ${keyProblem}` });
    const checked = checkUserImage(key, raw, projectDirectory, recipeOf);
    problems.push(...under(at, checked.problems));
    warnings.push(...under(at, checked.warnings));
    if (checked.image !== undefined) userImages.push(checked.image);
  }
  const deploy = checkDeployImages(config["deployImages"] ?? {}, projectDirectory);
  const written = writtenConfig(projectDirectory, file)["ironic-images:secretEnvironment"];
  const images = { userImages, deployImages: deploy.images };
  const secrets = checkStackSecrets(config["secretEnvironment"] ?? {}, written, images);
  problems.push(...deploy.problems, ...nameClashes(userImages, deploy.images), ...secrets.problems);
  warnings.push(...deploy.warnings, ...secrets.warnings);
  const mistakes = [...[...recipes.values()].flatMap((recipe) => recipe.mistakes), ...fileLines(file, problems)];
  if (mistakes.length > 0) throw invalidConfig(mistakes);
  return {
    userImages: userImages.map((image) => ({ ...image, content: ofStack(image.content, stack) })),
    deployImages: deploy.images.map((image) => ({ ...image, content: ofStack(image.content, stack) })),
    build,
    secrets: secrets.values,
    preflight,
    warnings: [...[...recipes.values()].flatMap((recipe) => recipe.warnings), ...fileLines(file, warnings)],
  };
}

function under(at: readonly string[], problems: readonly Problem[]): Problem[] {
  return problems.map(({ path, message }) => ({ path: [...at, ...path], message }));
}

function readBuild(raw: unknown, problems: Problem[]): BuildSettings {
  const checked = checkFields(buildSchema, raw);
  problems.push(...under(["build"], checked.problems));
  return { ...checked.value, timeoutMinutes: checked.value?.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES };
}

function readPreflight(config: StackSource["config"], problems: Problem[]): PreflightSettings {
  const { preflight, publicRoles } = config;
  const given = Object.entries({ preflight, publicRoles }).filter(([, value]) => value !== undefined);
  const checked = checkFields(preflightSchema, Object.fromEntries(given));
  problems.push(...checked.problems);
  const { preflight: asked = true, publicRoles: roles = DEFAULT_PUBLIC_ROLES } = checked.fields;
  return { isOn: asked !== "off" && asked !== false, publicRoles: roles };
}

/** The config of the stack's file, as far as it can be read: what Pulumi makes of it is what counts otherwise. */
function writtenConfig(projectDirectory: string, file: string): Record<string, unknown> {
  const read = readYaml(projectDirectory, file);
  return "value" in read && isMapping(read.value) && isMapping(read.value["config"]) ? read.value["config"] : {};
}

function readEntries(raw: unknown, problems: Problem[]): [string, unknown][] {
  if (isMapping(raw)) return Object.entries(raw);
  problems.push({
    path: ["userImages"],
    message: `must be a mapping, e.g. ${formatPath(["my-image", "recipe"])}: debian-partition`,
  });
  return [];
}
