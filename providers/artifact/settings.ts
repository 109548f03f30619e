import { loadStack } from "../../core/recipe/load.ts";
import type { BuildSettings, StackModel } from "../../core/recipe/model.ts";

/** What making an artifact needs and no resource holds: it changes where and how fast it is made, never what it is. */
export interface RuntimeSettings {
  readonly build: BuildSettings;
  /** Where everything is that the stack pins by sha256, as in a build job. */
  readonly locations: Readonly<Record<string, string>>;
  /** Of the stack: a job is given the ones that its recipe names. */
  readonly secrets: StackModel["secrets"];
}

let last: { readonly of: string; readonly settings: Promise<RuntimeSettings> } | undefined;

/**
 * Reads the stack config at run time, because anything that passed through a resource's inputs would show as a change. Once for all images: it takes
 * every recipe of the stack.
 *
 * @param getConfig the value of a key of the project's namespace, as JSON
 */
export function runtimeSettings(
  getConfig: (key: string) => string | undefined,
  projectDirectory: string,
): Promise<RuntimeSettings> {
  const keys = ["userImages", "deployImages", "secretEnvironment", "build"] as const;
  const config = Object.fromEntries(keys.map((key) => [key, getConfig(key) ?? "{}"]));
  const of = JSON.stringify([projectDirectory, config]);
  if (last?.of === of) return last.settings;
  const settings = readSettings(config, projectDirectory);
  last = { of, settings };
  // Who asks next may find the mistake mended.
  settings.catch(() => (last = undefined));
  return settings;
}

async function readSettings(config: Record<string, string>, projectDirectory: string): Promise<RuntimeSettings> {
  const stack = process.env["PULUMI_NODEJS_STACK"] ?? "<stack>";
  const parsed = Object.fromEntries(Object.entries(config).map(([key, json]) => [key, JSON.parse(json) as unknown]));
  const model = await loadStack({ projectDirectory, stack, config: parsed });
  return { build: model.build, locations: pinnedLocations(model), secrets: model.secrets };
}

/** Where to get what the images of a stack pin, by sha256. */
export function pinnedLocations({ userImages, deployImages }: StackModel): Record<string, string> {
  const baseImages = userImages.flatMap(({ content, baseImageUrl }) =>
    baseImageUrl !== undefined && content.baseImage !== undefined && "sha256" in content.baseImage
      ? [[content.baseImage.sha256, baseImageUrl] as const]
      : [],
  );
  return Object.assign(Object.fromEntries(baseImages), ...deployImages.map(({ locations }) => locations)) as Record<
    string,
    string
  >;
}
