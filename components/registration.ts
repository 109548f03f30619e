import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../core/artifacts/record.ts";
import { requireArtifact } from "../core/artifacts/require-artifact.ts";
import { openStore } from "../core/artifacts/store.ts";
import { IronicImagesError } from "../core/errors.ts";
import type { UserImage } from "../core/recipe/model.ts";
import type { DiskImage } from "../providers/disk-image/resource.ts";
import { glanceFormats, type Origin } from "./properties.ts";

const uploadTimeout = "2h";

/** What the images of one artifact have in common. */
export interface Registration {
  readonly image: UserImage;
  readonly artifact: DiskImage;
  /** Unknown in a preview, because the build id is. */
  readonly origin: pulumi.Output<Origin>;
  readonly options: pulumi.CustomResourceOptions;
}

/** Prepares the registration of an artifact's files under one component. */
export function registration(image: UserImage, artifact: DiskImage, parent: pulumi.Resource): Registration {
  const origin = pulumi.all([artifact.fingerprint, artifact.buildId]).apply(([fingerprint, buildId]) => ({
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    image: image.key,
    fingerprint,
    buildId,
  }));
  const options: pulumi.CustomResourceOptions = {
    parent,
    // Visibility belongs to Publication; an image is private until it is verified.
    ignoreChanges: ["visibility", "hidden", "protected"],
    // A fixed name would otherwise make the provider delete the old image before the new one is there.
    deleteBeforeReplace: false,
    // All images of an artifact roll over together, new before old.
    replaceWith: [artifact],
    // After a failed upload Glance holds a record without data; only a new image mends that.
    replaceOnChanges: ["#initerror"],
    customTimeouts: { create: uploadTimeout },
    hooks: { beforeCreate: [artifactHook(image, artifact)] },
  };
  return { image, artifact, origin, options };
}

/** Registers one file of the artifact: private, with the formats of its role and the full property map. */
export function registerImage(
  registered: Registration,
  role: ArtifactFileRole,
  name: string,
  path: pulumi.Input<string>,
  properties: pulumi.Input<Record<string, string>>,
): openstack.images.Image {
  const { image, options } = registered;
  const sizes =
    role === "image"
      ? {
          ...(image.minDiskGiB === undefined ? {} : { minDiskGb: image.minDiskGiB }),
          ...(image.minRamMiB === undefined ? {} : { minRamMb: image.minRamMiB }),
        }
      : {};
  return new openstack.images.Image(
    `${image.key}-${role}`,
    {
      name,
      ...glanceFormats(role, image.content.diskFormat),
      localFilePath: path,
      visibility: "private",
      properties,
      ...sizes,
    },
    options,
  );
}

// Runs in the program just before an upload: exactly the bytes whose digests stand in the state, or none.
function artifactHook(image: UserImage, artifact: DiskImage): pulumi.ResourceHook {
  let verified: Promise<unknown> | undefined;
  return new pulumi.ResourceHook(`${image.key}-artifact`, async () => {
    verified ??= verifyArtifact(image, artifact);
    await verified.catch((error: unknown) => {
      throw error instanceof IronicImagesError ? new Error(error.message) : error;
    });
  });
}

async function verifyArtifact(image: UserImage, artifact: DiskImage): Promise<void> {
  const [fingerprint, buildId, urn] = await known(pulumi.all([artifact.fingerprint, artifact.buildId, artifact.urn]));
  const wanted = { name: image.recipe, fingerprint, buildId };
  const store = openStore(process.cwd(), { onMessage: (message) => void pulumi.log.warn(message, artifact) });
  await requireArtifact(store, wanted, `pulumi up --replace '${urn}'`);
}

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}
