import type * as pulumi from "@pulumi/pulumi";
import { ModuleResource } from "../module-resource.ts";

export interface StackCloudArgs {
  /** A cloud of clouds.yaml, as `openstack:cloud` or `OS_CLOUD` name it; empty for the plain `OS_*` variables. */
  readonly cloud: string;
  /** Which endpoint of Glance, as a preflight has found it; without it the public one. */
  readonly interface?: "public" | "internal" | "admin";
  /** As `openstack:region` names it, which goes before the region of clouds.yaml. */
  readonly region?: string;
  /** Of the credentials that a preflight has used; without it the first `up` finds out. */
  readonly projectId?: string;
  /** Glance's address, as a preflight has found it. */
  readonly endpoint?: string;
}

/**
 * The one cloud that a stack belongs to: project and Glance, from the first `up` on. Everything else comes after it, and no
 * other credentials get past it, neither in a preview nor in `up`, `refresh` and `destroy`.
 */
export class StackCloud extends ModuleResource {
  // Never absent from the state: what is absent counts as unknown in a preview.
  declare readonly cloud: pulumi.Output<string>;
  declare readonly interface: pulumi.Output<string>;
  declare readonly projectId: pulumi.Output<string>;
  declare readonly endpoint: pulumi.Output<string>;

  constructor(name: string, args: StackCloudArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { cloud: undefined, interface: undefined, projectId: undefined, endpoint: undefined };
    super("stack-cloud", "StackCloud", name, { ...outputs, ...args }, opts);
  }
}
