import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFile, ArtifactFileRole } from "../../core/artifacts/record.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { ModuleResource } from "../module-resource.ts";

/** What a program says about an image to build; `name` is the recipe's. */
export interface DiskImageArgs {
  readonly name: string;
  readonly content: RecipeContent;
}

/** Digests and sizes of one file of the artifact. */
export type DiskImageFile = Pick<ArtifactFile, "size" | "sha256" | "sha512" | "format" | "virtualSize">;

/**
 * An image built by diskimage-builder.
 *
 * Every input but the name is part of the fingerprint, one field for each thing that decides the image, so that a preview
 * shows which one changed. Any change is a replacement: the new image is built before anything of the old one goes.
 * Paths are relative to the project and known in a preview.
 */
export class DiskImage extends ModuleResource {
  declare readonly fingerprint: pulumi.Output<string>;
  declare readonly imagePath: pulumi.Output<string>;
  /** Partition images only. */
  declare readonly kernelPath: pulumi.Output<string>;
  /** Partition images only. */
  declare readonly ramdiskPath: pulumi.Output<string>;
  /** Identity of the bytes, known when they are built. */
  declare readonly buildId: pulumi.Output<string>;
  declare readonly files: pulumi.Output<Record<ArtifactFileRole, DiskImageFile>>;

  constructor(name: string, args: DiskImageArgs, opts?: pulumi.CustomResourceOptions) {
    const partition = args.content.kind === "partition";
    const outputs = {
      fingerprint: undefined,
      imagePath: undefined,
      ...(partition ? { kernelPath: undefined, ramdiskPath: undefined } : {}),
      buildId: undefined,
      files: undefined,
    };
    const options = pulumi.mergeOptions({ replaceOnChanges: ["fingerprint"], deleteBeforeReplace: false }, opts);
    super("disk-image", "DiskImage", name, { name: args.name, ...args.content, ...outputs }, options);
  }
}
