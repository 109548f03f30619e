import { IronicImagesError } from "../../core/errors.ts";

/** Ids of one image as the stack exports them. */
export interface ImageIds {
  readonly imageId: string;
  readonly kernelId?: string;
  readonly ramdiskId?: string;
}

// The names in "Create and add images to the Image service" of Ironic's documentation.
const names = [
  ["kernelId", "MY_VMLINUZ_UUID"],
  ["ramdiskId", "MY_INITRD_UUID"],
  ["imageId", "MY_IMAGE_UUID"],
] as const;

/**
 * Shell assignments of ids under the documentation's names.
 *
 * @param image one image, whose names stand alone; without it all images, each name behind its image's
 * @throws IronicImagesError `unknown-image`, `ambiguous-name`
 */
export function shellIds(userImages: Readonly<Record<string, ImageIds>>, image?: string): string {
  if (image !== undefined) {
    const ids = userImages[image];
    if (ids === undefined) {
      const known = Object.keys(userImages).join(", ") || "none";
      throw new IronicImagesError("unknown-image", `--image: the stack exports no image ${image}; it has ${known}`);
    }
    return assignments("", ids);
  }
  const prefixes = new Map<string, string>();
  return Object.entries(userImages)
    .map(([key, ids]) => {
      const prefix = shellPrefix(key);
      const twin = prefixes.get(prefix);
      if (twin !== undefined) {
        throw new IronicImagesError(
          "ambiguous-name",
          `images ${twin} and ${key} have one shell name, ${prefix}; ask for one with --image`,
        );
      }
      prefixes.set(prefix, key);
      return assignments(prefix, ids);
    })
    .join("");
}

/** Shell assignments of the deploy images' ids, which the stack exports under the documentation's names already: kernel, then ramdisk. */
export function shellDeployIds(ironic: Readonly<Record<string, string>>): string {
  return Object.keys(ironic)
    .filter((name) => name.startsWith("DEPLOY_VMLINUZ_"))
    .flatMap((kernel) => [kernel, kernel.replace("VMLINUZ", "INITRD")])
    .map((name) => `${name}=${ironic[name]}\n`)
    .join("");
}

function assignments(prefix: string, ids: ImageIds): string {
  return names.flatMap(([key, name]) => (ids[key] === undefined ? [] : [`${prefix}${name}=${ids[key]}\n`])).join("");
}

function shellPrefix(key: string): string {
  const safe = key.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  return `${/^[0-9]/.test(safe) ? "_" : ""}${safe}_`;
}
