import * as pulumi from "@pulumi/pulumi";
import { door } from "./door.ts";

/**
 * A dynamic resource whose provider is a module of this project.
 *
 * `pulumi.dynamic.Resource` writes the `__provider` property by serializing a provider object: about 250 bytes for each method
 * that does nothing but call `require`. A module that exports those methods is a provider object already, so one line that
 * requires it says the same to the dynamic provider (`@pulumi/pulumi/cmd/dynamic-provider`, getProvider).
 */
export abstract class ModuleResource extends pulumi.CustomResource {
  /**
   * @param folder of the provider, below `providers/`
   * @param type name of the resource in its type token `pulumi-nodejs:dynamic/ironic-images:<type>`
   * @param props inputs, and every output with the value `undefined`: an output without a key never resolves
   */
  constructor(folder: string, type: string, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super(`pulumi-nodejs:dynamic/ironic-images:${type}`, name, { ...props, __provider: door(folder) }, opts);
  }
}
