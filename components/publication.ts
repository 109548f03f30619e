import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../core/artifacts/record.ts";
import type { UserImage } from "../core/recipe/model.ts";
import type { PublicationSettings } from "../core/recipe/publication.ts";
import type { DeployRamdisk } from "../providers/deploy-ramdisk/resource.ts";
import type { DiskImage } from "../providers/disk-image/resource.ts";
import type { PublicationArgs } from "../providers/publication/resource.ts";
import { glanceFormats, publishedProperties } from "./properties.ts";

// Kernel and ramdisk become visible before the image that names them.
const publicationOrder: readonly ArtifactFileRole[] = ["kernel", "ramdisk", "image"];

/** What decides how images are published. */
type Published = Pick<UserImage, "visibility" | "keepPrevious" | "properties" | keyof PublicationSettings> & {
  readonly diskFormat?: "qcow2" | "raw";
};

/** What Publication has to find in Glance: the very bytes of the artifact, under the ids that the provider gave. */
export function publicationArgs(
  image: Published,
  artifact: DiskImage | DeployRamdisk,
  registered: Readonly<Partial<Record<ArtifactFileRole, openstack.images.Image>>>,
): PublicationArgs {
  const properties = publishedProperties(image.properties);
  const withProperties = Object.keys(properties).length === 0 ? {} : { properties };
  // A person's properties are the user image's, not its kernel's; a pair of deploy images has them both.
  const isFor = (role: ArtifactFileRole) => role === "image" || registered.image === undefined;
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
        // The openstack plugin has compared it with what it uploaded; empty where Glance does without md5.
        md5: inGlance.checksum.apply((checksum) => checksum || undefined),
        ...glanceFormats(role, image.diskFormat),
        ...(isFor(role) ? withProperties : {}),
        ...(role !== "image" && image.hideKernelAndRamdisk === true ? { hidden: true as const } : {}),
      },
    ];
  });
  const openstackConfig = new pulumi.Config("openstack");
  const [cloud, region] = [openstackConfig.get("cloud"), openstackConfig.get("region")];
  return {
    images,
    visibility: image.visibility,
    ...(image.members === undefined ? {} : { members: image.members }),
    ...(image.protected === true ? { protected: true as const } : {}),
    ...(image.keepPrevious ? { keepPrevious: true as const } : {}),
    fingerprint: artifact.fingerprint,
    buildId: artifact.buildId,
    ...(cloud === undefined ? {} : { cloud }),
    ...(region === undefined ? {} : { region }),
  };
}
