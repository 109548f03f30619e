import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ArtifactFileRole } from "../core/artifacts/record.ts";
import { openStore } from "../core/artifacts/store.ts";
import { IronicImagesError } from "../core/errors.ts";
import type { DeployRamdisk } from "../providers/deploy-ramdisk/resource.ts";
import type { DiskImage } from "../providers/disk-image/resource.ts";
import { glanceFormats, type ImageToRegister, type Origin } from "./properties.ts";
import { publicationRecovery, uploadRecovery, type UploadRecovery } from "./upload-recovery.ts";

const uploadTimeout = "2h";

/** What the registration of one artifact's images goes by. */
export interface RegistrationArgs {
  /** The logical name of the images, and what their properties call it. */
  readonly key: string;
  /** The artifact's name in the store. */
  readonly artifactName: string;
  /** Whether replaced images stay in Glance. */
  readonly keepPrevious: boolean;
  /** Whether an encrypted image is meant; user images only. */
  readonly allowLuks?: boolean;
  /** Unknown, or refused, as long as nothing may be registered. */
  readonly allowedBy?: pulumi.Output<unknown>;
}

/** What the images of one artifact have in common. */
export interface Registration extends RegistrationArgs {
  readonly artifact: DiskImage | DeployRamdisk;
  /** Unknown in a preview, because the build id is. */
  readonly origin: pulumi.Output<Origin>;
  readonly options: pulumi.CustomResourceOptions;
  /** To be awaited before anything is done with the artifact's bytes: exactly those whose digests stand in the state, or none. */
  verify(): Promise<void>;
  /** Of the publication of these images. */
  readonly publicationOptions: pulumi.CustomResourceOptions;
}

/** Prepares the registration of an artifact's files under one component. */
export function registration(
  args: RegistrationArgs,
  artifact: DiskImage | DeployRamdisk,
  parent: pulumi.Resource,
): Registration {
  const origin = pulumi
    .all([artifact.fingerprint, artifact.buildId, args.allowedBy])
    .apply(([fingerprint, buildId]) => ({
      project: pulumi.getProject(),
      stack: pulumi.getStack(),
      image: args.key,
      fingerprint,
      buildId,
    }));
  const verify = oneVerification(args, artifact);
  const recovery = uploadRecovery();
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
    // From the first up: a deletion obeys what the state says of the old image.
    retainOnDelete: args.keepPrevious,
    customTimeouts: { create: uploadTimeout },
    hooks: {
      beforeCreate: [beforeUpload(args, verify, recovery)],
      afterCreate: [recovery.afterCreate],
      onError: [recovery.onError],
    },
  };
  const publicationOptions = { parent, hooks: { onError: [publicationRecovery()] } };
  return { ...args, artifact, origin, options, verify, publicationOptions };
}

/** Registers one file of the artifact: private, with the formats of its role and the full property map. */
export function registerImage(
  registered: Registration,
  role: ArtifactFileRole,
  image: ImageToRegister,
): openstack.images.Image {
  const { minDiskGiB, minRamMiB } = image;
  return new openstack.images.Image(
    `${registered.key}-${role}`,
    {
      name: image.name,
      ...glanceFormats(role, image.diskFormat),
      localFilePath: image.path,
      visibility: "private",
      properties: image.properties,
      ...(minDiskGiB === undefined ? {} : { minDiskGb: minDiskGiB }),
      ...(minRamMiB === undefined ? {} : { minRamMb: minRamMiB }),
    },
    registered.options,
  );
}

// Runs in the program just before an upload. Glance is asked while the files are hashed.
function beforeUpload(
  { key }: RegistrationArgs,
  verify: Registration["verify"],
  recovery: UploadRecovery,
): pulumi.ResourceHook {
  return new pulumi.ResourceHook(`${key}-before-upload`, async ({ urn, newInputs }) => {
    const before = recovery.look(newInputs);
    await verify();
    await recovery.begin(urn, await before);
  });
}

// Once for all images of an artifact.
function oneVerification(args: RegistrationArgs, artifact: DiskImage | DeployRamdisk): Registration["verify"] {
  let verified: Promise<void> | undefined;
  return async () => {
    verified ??= verifyArtifact(args, artifact);
    await verified.catch((error: unknown) => {
      throw error instanceof IronicImagesError ? new Error(error.message) : error;
    });
  };
}

async function verifyArtifact(
  { artifactName, allowLuks = false }: RegistrationArgs,
  artifact: DiskImage | DeployRamdisk,
): Promise<void> {
  const [fingerprint, buildId, urn] = await known(pulumi.all([artifact.fingerprint, artifact.buildId, artifact.urn]));
  const wanted = { name: artifactName, fingerprint, buildId };
  const store = openStore(process.cwd(), {
    onMessage: (message) => void pulumi.log.warn(message, artifact),
    stack: pulumi.getStack(),
  });
  // Loaded when something is uploaded: no preview inspects a file.
  const { requireUploadable } = await import("../core/artifacts/require-artifact.ts");
  await requireUploadable(store, wanted, `pulumi up --replace '${urn}'`, allowLuks);
}

function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}
