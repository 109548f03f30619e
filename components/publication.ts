import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../core/artifacts/record.ts";
import type { UserImage } from "../core/recipe/model.ts";
import type { DeployRamdisk } from "../providers/deploy-ramdisk/resource.ts";
import type { DiskImage } from "../providers/disk-image/resource.ts";
import type { PublicationArgs } from "../providers/publication/resource.ts";
import { glanceFormats } from "./properties.ts";

// Kernel and ramdisk become visible before the image that names them.
const publicationOrder: readonly ArtifactFileRole[] = ["kernel", "ramdisk", "image"];

/** What decides how images are published. */
type Published = Pick<UserImage, "visibility" | "keepPrevious"> & { readonly diskFormat?: "qcow2" | "raw" };

/** What Publication has to find in Glance: the very bytes of the artifact, under the ids that the provider gave. */
export function publicationArgs(
  image: Published,
  artifact: DiskImage | DeployRamdisk,
  registered: Readonly<Partial<Record<ArtifactFileRole, openstack.images.Image>>>,
): PublicationArgs {
  const images = publicationOrder.flatMap((role) => {
    const inGlance = registered[role];
    if (inGlance === undefined) return [];
    const file = (artifact as DiskImage).files.apply((files) => files[role]);
    return [
      {
        role,
        id: inGlance.id,
        size: file.apply((known) => known.size),
        sha256: file.apply((known) => known.sha256),
        sha512: file.apply((known) => known.sha512),
        ...glanceFormats(role, image.diskFormat),
      },
    ];
  });
  const openstackConfig = new pulumi.Config("openstack");
  const [cloud, region] = [openstackConfig.get("cloud"), openstackConfig.get("region")];
  return {
    images,
    visibility: image.visibility,
    ...(image.keepPrevious ? { keepPrevious: true as const } : {}),
    fingerprint: artifact.fingerprint,
    buildId: artifact.buildId,
    ...(cloud === undefined ? {} : { cloud }),
    ...(region === undefined ? {} : { region }),
  };
}
