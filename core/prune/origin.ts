import type { GlanceImage } from "../openstack/glance.ts";

/** Whose images are pruned. */
export interface Owner {
  /** Id of the OpenStack project. */
  readonly projectId: string;
  /** Name of the Pulumi project. */
  readonly project: string;
  readonly stack: string;
}

/** Names of the properties by which an image is known as ours: those of `originProperties`. */
export const originNames = {
  project: "ironic_images_project",
  stack: "ironic_images_stack",
  image: "ironic_images_image",
  fingerprint: "ironic_images_fingerprint",
  build: "ironic_images_build",
} as const;

/** True if the image belongs to the project and carries every property of our origin, with exactly this project and stack. */
export function isOurs(image: GlanceImage, { projectId, project, stack }: Owner): boolean {
  // Compared here and not by a filter of Glance: some of its databases compare without regard to case.
  return (
    image.owner === projectId &&
    image[originNames.project] === project &&
    image[originNames.stack] === stack &&
    Object.values(originNames).every((name) => typeof image[name] === "string")
  );
}

/** A property's text, empty if the image lacks it. */
export function propertyOf(image: GlanceImage, name: string): string {
  const value = image[name];
  return typeof value === "string" ? value : "";
}
