import * as pulumi from "@pulumi/pulumi";
import { minimumDisk } from "../core/recipe/disk-size.ts";
import type { UserImage } from "../core/recipe/model.ts";
import { DiskImage } from "../providers/disk-image/resource.ts";
import { Publication, type Published } from "../providers/publication/resource.ts";
import { bootVerdict } from "./boot-test.ts";
import { originProperties, userImageProperties, userImageToRegister } from "./properties.ts";
import { publicationArgs } from "./publication.ts";
import { orRefusal } from "./refusal.ts";
import { registerImage, registration } from "./registration.ts";

/** A partition image with its kernel and ramdisk: built, registered, wired by the graph and published as one. */
export class PartitionImage extends pulumi.ComponentResource {
  /** Known only when all three images are verified and published. */
  readonly published: pulumi.Output<Published>;

  constructor(image: UserImage & { kernelName: string; ramdiskName: string }, opts?: pulumi.ComponentResourceOptions) {
    super("ironic-images:index:PartitionImage", image.key, {}, opts);
    const artifact = new DiskImage(image.key, { name: image.recipe, content: image.content }, { parent: this });
    const minDiskGiB = artifact.files.apply((files) => orRefusal(() => minimumDisk(image, files.image.virtualSize)));
    const registered = registration({ ...image, artifactName: image.recipe, allowedBy: minDiskGiB }, artifact, this);
    const origin = registered.origin.apply(originProperties);
    const helper = (role: "kernel" | "ramdisk", name: string, path: pulumi.Output<string>) =>
      registerImage(registered, role, { name, path, properties: origin });
    const kernel = helper("kernel", image.kernelName, artifact.kernelPath);
    const ramdisk = helper("ramdisk", image.ramdiskName, artifact.ramdiskPath);
    const properties = pulumi
      .all([registered.origin, kernel.id, ramdisk.id])
      .apply(([from, kernelId, ramdiskId]) =>
        userImageProperties(from, "partition", image.properties, { kernelId, ramdiskId }),
      );
    const user = registerImage(
      registered,
      "image",
      userImageToRegister(image, artifact.imagePath, minDiskGiB, properties),
    );
    const publication = new Publication(
      image.key,
      {
        ...publicationArgs({ ...image, ...image.content }, artifact, { kernel, ramdisk, image: user }),
        ...bootVerdict(image, registered),
      },
      registered.publicationOptions,
    );
    this.published = publication.published;
    this.registerOutputs({ published: this.published });
  }
}
