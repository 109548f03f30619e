import * as pulumi from "@pulumi/pulumi";
import type { DeployContent } from "../../core/recipe/deploy-content.ts";
import type { DiskImageFile } from "../disk-image/resource.ts";
import { ModuleResource } from "../module-resource.ts";

/** What a program says about a pair of deploy images; `name` is that of its artifact. */
export interface DeployRamdiskArgs {
  readonly name: string;
  readonly content: DeployContent;
}

/**
 * Deploy kernel and ramdisk of one build: made by ironic-python-agent-builder, or downloaded.
 *
 * As with `DiskImage` every input but the name is part of the fingerprint, any change is a replacement, and paths are
 * relative to the project and known in a preview.
 */
export class DeployRamdisk extends ModuleResource {
  declare readonly fingerprint: pulumi.Output<string>;
  declare readonly kernelPath: pulumi.Output<string>;
  declare readonly ramdiskPath: pulumi.Output<string>;
  /** Identity of the bytes, known when they are there. */
  declare readonly buildId: pulumi.Output<string>;
  declare readonly files: pulumi.Output<Record<"kernel" | "ramdisk", DiskImageFile>>;

  constructor(name: string, args: DeployRamdiskArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = {
      fingerprint: undefined,
      kernelPath: undefined,
      ramdiskPath: undefined,
      buildId: undefined,
      files: undefined,
    };
    const options = pulumi.mergeOptions({ replaceOnChanges: ["fingerprint"], deleteBeforeReplace: false }, opts);
    super("deploy-ramdisk", "DeployRamdisk", name, { name: args.name, ...args.content, ...outputs }, options);
  }
}
