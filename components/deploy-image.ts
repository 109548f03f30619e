import * as pulumi from "@pulumi/pulumi";
import { ramdiskMemory, requireFits, type RamdiskMemory } from "../core/deploy-images/memory.ts";
import type { DeployImage as Model } from "../core/recipe/model.ts";
import { DeployRamdisk } from "../providers/deploy-ramdisk/resource.ts";
import { Publication, type Published } from "../providers/publication/resource.ts";
import { bootVerdict } from "./boot-test.ts";
import { originProperties, registeredProperties } from "./properties.ts";
import { publicationArgs } from "./publication.ts";
import { orRefusal } from "./refusal.ts";
import { registerImage, registration } from "./registration.ts";

/** What is published of a pair, and what its ramdisk takes of a node. */
export type PublishedPair = Omit<Published, "imageId"> & { readonly memory: RamdiskMemory };

/** Deploy kernel and ramdisk of one architecture: built or downloaded, registered and published as one. */
export class DeployImage extends pulumi.ComponentResource {
  /** Known only when both images are verified and published. */
  readonly published: pulumi.Output<PublishedPair>;

  constructor(image: Model, opts?: pulumi.ComponentResourceOptions) {
    super("ironic-images:index:DeployImage", image.key, {}, opts);
    const artifact = new DeployRamdisk(image.key, { name: image.key, content: image.content }, { parent: this });
    const memory = artifact.files.apply(({ ramdisk }) => memoryThatFits(image, ramdisk));
    const registered = registration({ ...image, artifactName: image.key, allowedBy: memory }, artifact, this);
    const properties = registered.origin.apply((origin) => ({
      ...registeredProperties(image.properties),
      ...originProperties(origin),
    }));
    const kernel = registerImage(registered, "kernel", {
      name: image.kernelName,
      path: artifact.kernelPath,
      properties,
    });
    const ramdisk = registerImage(registered, "ramdisk", {
      name: image.ramdiskName,
      path: artifact.ramdiskPath,
      properties,
    });
    const publication = new Publication(
      image.key,
      { ...publicationArgs(image, artifact, { kernel, ramdisk }), ...bootVerdict(image, registered) },
      registered.publicationOptions,
    );
    this.published = pulumi.all([publication.published, memory]).apply(([ids, need]) => ({ ...ids, memory: need }));
    this.registerOutputs({ published: this.published });
  }
}

function memoryThatFits(
  { architecture, minimumNodeMemoryMiB }: Model,
  ramdisk: Parameters<typeof ramdiskMemory>[0],
): RamdiskMemory {
  const memory = ramdiskMemory(ramdisk, minimumNodeMemoryMiB);
  orRefusal(() => requireFits(architecture, memory));
  return memory;
}
