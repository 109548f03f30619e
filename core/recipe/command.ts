import type { RecipeContent } from "./content.ts";

/** The content fields that decide which elements are asked for. */
export type ElementChoice = Pick<RecipeContent, "kind" | "distribution" | "elements" | "bootloader" | "firmware">;

/** The elements on the command line of disk-image-create, in order. */
export function requestedElements(choice: ElementChoice): string[] {
  const { kind, distribution, elements, bootloader, firmware } = choice;
  if (kind === "partition")
    return [distribution, "baremetal", ...elements, ...(bootloader === "grub2" ? ["grub2"] : [])];
  // Without it the element `vm` takes block-device-mbr on amd64 by itself, whatever the nodes' firmware is.
  return [distribution, "vm", ...elements, firmware === "bios" ? "block-device-mbr" : "block-device-efi"];
}

/**
 * The command that builds an image: what Ironic's documentation says, and our options. Output, cache and temporary
 * paths are the job's to add.
 */
export function diskImageCreateCommand(content: RecipeContent): string[] {
  const { architecture, compression, diskFormat, packages } = content;
  return [
    "disk-image-create",
    ...requestedElements(content),
    ...["-a", architecture],
    ...["-t", diskFormat],
    // A tmpfs of half the memory for each of two mounts, and only when there is enough: a build must not depend on it.
    "--no-tmpfs",
    // zlib is what qemu-img does by itself.
    ...(compression === "zstd" ? ["--qemu-img-options", "compression_type=zstd"] : []),
    ...(packages.length > 0 ? ["-p", packages.join(",")] : []),
  ];
}

/** The `DIB_*` variables that a recipe asks for. A change here needs a new version of the fingerprint. */
export function diskImageCreateEnvironment(content: RecipeContent): Record<string, string> {
  return { ...content.environment, DIB_RELEASE: content.release };
}
