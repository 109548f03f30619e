import * as pulumi from "@pulumi/pulumi";
import type { Accelerator } from "../../core/boot/command.ts";
import type { BootFirmware, BootTestSettings } from "../../core/boot/settings.ts";
import type { Verdict } from "../../core/boot/verdict.ts";
import { ModuleResource } from "../module-resource.ts";

export interface BootTestArgs {
  /** As the person calls the image. */
  readonly name: string;
  /** The artifact's name in the store; with fingerprint and build id it says which bytes are meant. */
  readonly artifact: string;
  readonly fingerprint: pulumi.Input<string>;
  readonly buildId: pulumi.Input<string>;
  readonly firmware: BootFirmware;
  readonly settings: BootTestSettings;
}

/**
 * The boot of an artifact in QEMU, on this machine. It exists only for an image that boots; its verdict is kept with the
 * artifact, so a test that was passed once is not repeated. Other bytes or other settings are another test.
 */
export class BootTest extends ModuleResource {
  declare readonly verdict: pulumi.Output<Verdict>;
  /** Until the image was up. */
  declare readonly seconds: pulumi.Output<number>;
  declare readonly accelerator: pulumi.Output<Accelerator>;

  constructor(name: string, args: BootTestArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { verdict: undefined, seconds: undefined, accelerator: undefined };
    const replaced = { replaceOnChanges: ["buildId", "firmware", "settings"], deleteBeforeReplace: false };
    super("boot-test", "BootTest", name, { ...args, ...outputs }, pulumi.mergeOptions(replaced, opts));
  }
}
