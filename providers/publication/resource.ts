import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../../core/artifacts/record.ts";
import type { Visibility } from "../../core/openstack/glance.ts";
import { ModuleResource } from "../module-resource.ts";

/** One image in Glance and the bytes that it must hold; sizes in bytes, digests in hex. */
export interface PublicationImageArgs {
  readonly role: ArtifactFileRole;
  readonly id: pulumi.Input<string>;
  readonly size: pulumi.Input<number>;
  readonly sha256: pulumi.Input<string>;
  readonly sha512: pulumi.Input<string>;
  /** For a Glance that knows no `os_hash_value`: what the openstack plugin computed of the bytes that it uploaded. */
  readonly md5?: pulumi.Input<string | undefined>;
  readonly diskFormat: pulumi.Input<string>;
  readonly containerFormat: pulumi.Input<string>;
  /** All `os_*` properties that the image shall have; the others are of `openstack.images.Image`. */
  readonly properties?: pulumi.Input<Record<string, string>>;
  /** Whether lists leave it out. */
  readonly hidden?: true;
}

export interface PublicationArgs {
  /** Kernel, ramdisk, image; the image alone; or, of deploy images, kernel and ramdisk. */
  readonly images: readonly PublicationImageArgs[];
  readonly visibility: pulumi.Input<Visibility>;
  /** Ids of projects that shared images are shared with. */
  readonly members?: pulumi.Input<readonly string[]>;
  /** Glance's own guard against deletion. It is taken away where Pulumi deletes the images. */
  readonly protected?: true;
  /** That the images outlive their resources; to say so when they do. */
  readonly keepPrevious?: true;
  /** Verdict of the boot test that these images have passed. Only kept, so that nothing is published before there is one. */
  readonly bootTest?: pulumi.Input<string>;
  /** A cloud of clouds.yaml, as `openstack:cloud` names it; without it `OS_CLOUD` counts, as for the openstack plugin. */
  readonly cloud?: pulumi.Input<string>;
  /** As `openstack:region` names it, which the openstack plugin prefers to the region of clouds.yaml. */
  readonly region?: pulumi.Input<string>;
  readonly buildId: pulumi.Input<string>;
  readonly fingerprint: pulumi.Input<string>;
}

/** Ids that are safe to hand on: of images that were read back from Glance and published. */
export interface Published {
  /** User images only. */
  readonly imageId?: string;
  /** Partition images and deploy images only. */
  readonly kernelId?: string;
  /** Partition images and deploy images only. */
  readonly ramdiskId?: string;
  readonly fingerprint: string;
  readonly buildId: string;
}

/**
 * Makes images of Glance visible once all of them hold what was built. Owns their visibility, members, `os_hidden`, `protected`
 * and `os_*` properties, and nothing else of them. New images under it are an update in place: they are private until that
 * update has verified them and has hidden those that they replace.
 */
export class Publication extends ModuleResource {
  /** Of the images that there are, as the two below. */
  declare readonly imageId?: pulumi.Output<string>;
  declare readonly kernelId?: pulumi.Output<string>;
  declare readonly ramdiskId?: pulumi.Output<string>;
  declare readonly fingerprint: pulumi.Output<string>;
  declare readonly buildId: pulumi.Output<string>;
  readonly published: pulumi.Output<Published>;

  constructor(name: string, args: PublicationArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = Object.fromEntries(args.images.map(({ role }) => [`${role}Id`, undefined]));
    super("publication", "Publication", name, { ...args, ...outputs }, opts);
    const ids = Object.fromEntries(args.images.map(({ role }) => [`${role}Id` as const, this[`${role}Id`]]));
    const { fingerprint, buildId } = this;
    this.published = pulumi.all({ ...ids, fingerprint, buildId }) as unknown as pulumi.Output<Published>;
  }
}
