import { artifactFileNames, artifactFileRoles, artifactFormats } from "../../artifacts/names.ts";
import type { ArtifactFileRole, ArtifactRecord } from "../../artifacts/record.ts";
import {
  deployFingerprintInputs,
  fingerprint,
  fingerprintInputs,
  type FingerprintInputs,
} from "../../recipe/fingerprint.ts";
import type { StackModel } from "../../recipe/model.ts";
import type { Visibility } from "../glance.ts";

/** One image that a stack wants in Glance. */
export interface PlannedImage {
  readonly role: ArtifactFileRole;
  readonly name: string;
  /** The config key that decides the name, e.g. `userImages.my-image.kernelName`. */
  readonly nameKey: string;
  readonly diskFormat: string;
  readonly containerFormat: string;
  /** Bytes, of the planned build or else of the newest one; unknown before a first build. */
  readonly size?: number;
}

/** The images of one artifact, which stand or fall together. */
export interface PlannedGroup {
  /** Their config key, e.g. `userImages.my-image`. */
  readonly configKey: string;
  /** What Glance's property `ironic_images_image` says of them. */
  readonly imageKey: string;
  readonly fingerprint: string;
  readonly visibility: Visibility;
  readonly images: readonly PlannedImage[];
}

/** What of a stack decides the plan. */
export type PlannedStack = Pick<StackModel, "userImages" | "deployImages">;

/** Everything that a stack wants registered. Reads the project's elements, as fingerprints need them, and nothing else. */
export function plannedGroups(
  { userImages, deployImages }: PlannedStack,
  projectDirectory: string,
  records: readonly ArtifactRecord[],
): PlannedGroup[] {
  const users = userImages.map((image) =>
    group({
      ...image,
      configKey: `userImages.${image.key}`,
      artifact: image.recipe,
      inputs: fingerprintInputs(image.content, projectDirectory),
      records,
    }),
  );
  const pairs = deployImages.map((image) =>
    group({
      ...image,
      configKey: `deployImages.${image.architecture}`,
      artifact: image.key,
      inputs: deployFingerprintInputs(image.content, projectDirectory),
      records,
    }),
  );
  return [...users, ...pairs];
}

interface GroupSource {
  readonly key: string;
  readonly configKey: string;
  readonly artifact: string;
  readonly inputs: FingerprintInputs;
  readonly visibility: Visibility;
  readonly name?: string;
  readonly kernelName?: string;
  readonly ramdiskName?: string;
  readonly records: readonly ArtifactRecord[];
}

function group(source: GroupSource): PlannedGroup {
  const { key: imageKey, configKey, artifact, inputs, visibility, records } = source;
  const wanted = fingerprint(inputs);
  const known = likelyRecord(records, artifact, wanted);
  const formats = artifactFormats(inputs);
  const files = artifactFileNames(artifact, inputs);
  const nameFields = { image: "name", kernel: "kernelName", ramdisk: "ramdiskName" } as const;
  const images = artifactFileRoles.flatMap((role): PlannedImage[] => {
    const name = source[nameFields[role]];
    if (files[role] === undefined || name === undefined) return [];
    const size = known?.files[role]?.size;
    return [
      {
        role,
        name,
        nameKey: `${configKey}.${nameFields[role]}`,
        diskFormat: formats[role],
        containerFormat: role === "image" ? "bare" : formats[role],
        ...(size === undefined ? {} : { size }),
      },
    ];
  });
  return { configKey, imageKey, fingerprint: wanted, visibility, images };
}

// Of another fingerprint the newest build is the best guess.
function likelyRecord(records: readonly ArtifactRecord[], name: string, wanted: string): ArtifactRecord | undefined {
  const own = records.filter((record) => record.name === name);
  return own.find((record) => record.fingerprint === wanted) ?? own.toSorted(byAge).at(-1);
}

function byAge(one: ArtifactRecord, other: ArtifactRecord): number {
  return one.builtAt.localeCompare(other.builtAt);
}
