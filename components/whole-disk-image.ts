import * as pulumi from "@pulumi/pulumi";
import { minimumDisk } from "../core/recipe/disk-size.ts";
import type { UserImage } from "../core/recipe/model.ts";
import { DiskImage } from "../providers/disk-image/resource.ts";
import { Publication, type Published } from "../providers/publication/resource.ts";
import { bootVerdict } from "./boot-test.ts";
import { userImageProperties, userImageToRegister } from "./properties.ts";
import { publicationArgs } from "./publication.ts";
import { orRefusal } from "./refusal.ts";
import { registerImage, registration } from "./registration.ts";

/** A whole-disk image: built, registered and published; it never has a kernel or a ramdisk. */
export class WholeDiskImage extends pulumi.ComponentResource {
  /** Known only when the image is verified and published. */
  readonly published: pulumi.Output<Published>;

  constructor(image: UserImage, opts?: pulumi.ComponentResourceOptions) {
    super("ironic-images:index:WholeDiskImage", image.key, {}, opts);
    const artifact = new DiskImage(image.key, { name: image.recipe, content: image.content }, { parent: this });
    const minDiskGiB = artifact.files.apply((files) => orRefusal(() => minimumDisk(image, files.image.virtualSize)));
    const registered = registration({ ...image, artifactName: image.recipe, allowedBy: minDiskGiB }, artifact, this);
    const properties = registered.origin.apply((from) => userImageProperties(from, "whole-disk", image.properties));
    const user = registerImage(
      registered,
      "image",
      userImageToRegister(image, artifact.imagePath, minDiskGiB, properties),
    );
    const publication = new Publication(
      image.key,
      {
        ...publicationArgs({ ...image, ...image.content }, artifact, { image: user }),
        ...bootVerdict(image, registered),
      },
      registered.publicationOptions,
    );
    this.published = publication.published;
    this.registerOutputs({ published: this.published });
  }
}
