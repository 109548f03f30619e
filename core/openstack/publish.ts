import type { ArtifactFileRole } from "../artifacts/record.ts";
import { IronicImagesError } from "../errors.ts";
import type { GlanceClient, GlanceImage, Visibility } from "./glance.ts";
import { verifyImage, type ExpectedImage } from "./verify.ts";

/** An image in Glance, and the bytes that it must hold. */
export interface PublishedImage extends ExpectedImage {
  readonly id: string;
  readonly role: ArtifactFileRole;
}

/** One change of one image's visibility. */
export interface VisibilityStep {
  readonly id: string;
  readonly role: ArtifactFileRole;
  readonly from: Visibility;
  readonly to: Visibility;
}

const reach: Record<Visibility, number> = { private: 0, shared: 1, community: 2, public: 3 };

/**
 * Reads every image back, and gives all of them the visibility if all of them hold what was built; else none.
 *
 * @throws IronicImagesError `image-not-as-built` (nothing was changed), `publish-failed` (what was changed is put back)
 */
export async function publishImages(
  client: GlanceClient,
  images: readonly PublishedImage[],
  visibility: Visibility,
): Promise<void> {
  const found = await Promise.all(images.map((image) => client.get(image.id)));
  const mismatches = images.flatMap((image, index) => mismatchLines(image, found[index]));
  if (mismatches.length > 0) {
    throw new IronicImagesError(
      "image-not-as-built",
      "Glance does not hold what was built, so nothing was made visible; replace the image (pulumi up --replace URN)",
      mismatches.join("\n"),
    );
  }
  const actual = images.map(({ id, role }, index) => ({
    id,
    role,
    visibility: (found[index] as GlanceImage).visibility,
  }));
  await change(client, visibilitySteps(actual, visibility));
}

/**
 * The changes in their order: at no moment does somebody see a user image whose kernel or ramdisk is hidden from them.
 * So kernel and ramdisk widen before the image, and narrow after it.
 */
export function visibilitySteps(
  images: readonly { readonly id: string; readonly role: ArtifactFileRole; readonly visibility: Visibility }[],
  to: Visibility,
): VisibilityStep[] {
  const steps = images
    .map(({ id, role, visibility: from }) => ({ id, role, from, to }))
    .filter(({ from }) => from !== to);
  const of = (role: ArtifactFileRole, isWanted = (_: VisibilityStep) => true) =>
    steps.filter((step) => step.role === role && isWanted(step));
  const widens = (step: VisibilityStep) => reach[step.to] > reach[step.from];
  const narrows = (step: VisibilityStep) => !widens(step);
  return [
    ...of("kernel", widens),
    ...of("ramdisk", widens),
    ...of("image"),
    ...of("ramdisk", narrows),
    ...of("kernel", narrows),
  ];
}

async function change(client: GlanceClient, steps: readonly VisibilityStep[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await setVisibility(client, step.id, step.to);
    } catch (error) {
      // The failed step counts too: a lost answer does not say whether Glance acted.
      const left = await putBack(client, steps.slice(0, index + 1).reverse());
      const state =
        left.length === 0 ? "everything is as it was before" : `NOT put back: ${left.join(", ")}; check them by hand`;
      throw new IronicImagesError(
        "publish-failed",
        `${step.role} ${step.id}: visibility ${step.from} could not become ${step.to}; ${state}`,
        (error as Error).message,
        { cause: error },
      );
    }
  }
}

async function putBack(client: GlanceClient, steps: readonly VisibilityStep[]): Promise<string[]> {
  const left: string[] = [];
  for (const { id, role, from } of steps) {
    try {
      const image = await client.get(id);
      if (image !== undefined && image.visibility !== from) await setVisibility(client, id, from);
    } catch {
      left.push(`${role} ${id}`);
    }
  }
  return left;
}

async function setVisibility(client: GlanceClient, id: string, visibility: Visibility): Promise<void> {
  const image = await client.patch(id, [{ op: "replace", path: "/visibility", value: visibility }]);
  if (image.visibility === visibility) return;
  throw new IronicImagesError(
    "glance-refused",
    `Glance: PATCH of image ${id} answered 200, but its visibility is ${image.visibility}`,
  );
}

function mismatchLines(image: PublishedImage, actual: GlanceImage | undefined): string[] {
  const name = `${image.role} ${image.id}`;
  if (actual === undefined) return [`${name}: is not there`];
  return verifyImage(image, actual).map(
    ({ field, expected, found }) => `${name}: ${field}: expected ${expected}, found ${found}`,
  );
}
