import type { RecipeContent } from "./content.ts";
import { defaults, type RecipeFile } from "./schema.ts";
import { resolveSecrets } from "./secrets.ts";

/** What a recipe comes to with its defaults: the content, and where a pinned base image is. The recipe has passed its checks. */
export function resolveContent(recipe: RecipeFile): { content: RecipeContent; baseImageUrl?: string } {
  const { kind, distribution, release, baseImage, revision } = recipe;
  const diskFormat = recipe.diskFormat ?? defaults.diskFormat;
  const content: RecipeContent = {
    kind,
    distribution,
    release,
    architecture: recipe.architecture ?? defaults.architecture,
    elements: recipe.elements ?? defaults.elements,
    packages: recipe.packages ?? defaults.packages,
    ...(kind === "partition" ? { bootloader: recipe.bootloader ?? defaults.bootloader } : {}),
    ...(kind === "whole-disk" && recipe.firmware !== undefined ? { firmware: recipe.firmware } : {}),
    diskFormat,
    ...(diskFormat === "qcow2" ? { compression: recipe.compression ?? defaults.compression } : {}),
    ...(baseImage === undefined
      ? {}
      : {
          baseImage:
            baseImage.sha256 === undefined ? { url: baseImage.url, unpinned: true } : { sha256: baseImage.sha256 },
        }),
    ...(recipe.sources === undefined ? {} : { sources: resolveSources(recipe.sources) }),
    ...(recipe.deferInitramfs === false ? { deferInitramfs: false } : {}),
    environment: recipe.environment ?? {},
    ...resolveSecrets(recipe),
    ...(revision === undefined ? {} : { revision }),
  };
  return baseImage?.sha256 === undefined ? { content } : { content, baseImageUrl: baseImage.url };
}

function resolveSources({
  mirror,
  security,
}: NonNullable<RecipeFile["sources"]>): NonNullable<RecipeContent["sources"]> {
  return { ...(mirror === undefined ? {} : { mirror }), ...(security === undefined ? {} : { security }) };
}

/** `minDiskGiB` and `minRamMiB` of the first that has them. */
export function resolveMinimums(...wishes: readonly Pick<Partial<RecipeFile>, "minDiskGiB" | "minRamMiB">[]): {
  minDiskGiB?: number;
  minRamMiB?: number;
} {
  const minDiskGiB = wishes.find((wish) => wish.minDiskGiB !== undefined)?.minDiskGiB;
  const minRamMiB = wishes.find((wish) => wish.minRamMiB !== undefined)?.minRamMiB;
  return { ...(minDiskGiB === undefined ? {} : { minDiskGiB }), ...(minRamMiB === undefined ? {} : { minRamMiB }) };
}
