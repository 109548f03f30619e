import { z } from "zod";
import type { DownloadPins, DownloadSource } from "../../core/deploy-images/urls.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { checkDeployDownload } from "../../core/recipe/deploy-download.ts";
import { deployDownloadFields } from "../../core/recipe/deploy-schema.ts";
import { checkFields, formatPath, isMapping } from "../../core/recipe/problems.ts";

/** A pair that a stack downloads. */
export interface StackSource {
  readonly architecture: string;
  /** Where it stands in the configuration. */
  readonly key: string;
  readonly source: DownloadSource;
  /** What is pinned now. */
  readonly pins: DownloadPins;
}

const schema = z.strictObject(deployDownloadFields);
const pinNames: readonly unknown[] = ["kernelSha256", "initramfsSha256", "tarballSha256"];

/**
 * The downloads of a stack file, as it is written: pins may be missing or wrong, everything else must be right.
 * @param config the file's `config`
 * @throws IronicImagesError `stack-wrong`
 */
export function stackSources(config: unknown, file: string): StackSource[] {
  const images = isMapping(config) ? config["ironic-images:deployImages"] : undefined;
  if (!isMapping(images)) return [];
  return Object.entries(images).flatMap(([architecture, image]) => {
    if (!isMapping(image) || image["download"] === undefined) return [];
    const key = `ironic-images:deployImages.${architecture}.download`;
    const { fields, problems } = checkFields(schema, image["download"]);
    const found = [...problems, ...checkDeployDownload(asArchitecture(architecture), fields).problems];
    const problem = found.find(({ path }) => !pinNames.includes(path[0]));
    if (problem !== undefined) {
      const where = problem.path.length === 0 ? key : `${key}.${formatPath(problem.path)}`;
      throw new IronicImagesError("stack-wrong", `${file}: ${where}: ${problem.message}`);
    }
    return [{ architecture, key, source: fields as DownloadSource, pins: fields as DownloadPins }];
  });
}

/** It decides nothing here: whether it is one that there is, `up` says. */
function asArchitecture(text: string): Parameters<typeof checkDeployDownload>[0] {
  return text as Parameters<typeof checkDeployDownload>[0];
}
