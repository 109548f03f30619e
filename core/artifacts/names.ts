import type { RecipeContent } from "../recipe/content.ts";
import type { ArtifactFileRole } from "./record.ts";

/** Where artifacts lie, relative to the project. */
export const artifactsDirectory = ".images/artifacts";

/** The file that makes a directory an artifact. */
export const recordFileName = "artifact.json";

/** Hex digits of the fingerprint that stand in a directory's name. */
const fingerprintDigits = 12;

/**
 * Directory of an artifact, relative to the project and with `/` on every system, because it goes into Pulumi's state.
 * @param fingerprint 64 hex digits
 */
export function artifactPath(name: string, fingerprint: string): string {
  return `${artifactsDirectory}/${name}-${fingerprint.slice(0, fingerprintDigits)}`;
}

/** True for the directory names that {@link artifactPath} gives to artifacts of this recipe. */
export function isArtifactDirectoryOf(name: string, directoryName: string): boolean {
  const rest = directoryName.startsWith(`${name}-`) ? directoryName.slice(name.length + 1) : "";
  return rest.length === fingerprintDigits && /^[0-9a-f]+$/.test(rest);
}

/** The files of an artifact, named as diskimage-builder names them for `-o <name>`; a whole-disk image has no kernel and ramdisk. */
export function artifactFileNames(
  name: string,
  inputs: Pick<RecipeContent, "kind" | "diskFormat">,
): { readonly image: string; readonly kernel?: string; readonly ramdisk?: string } {
  const image = `${name}.${inputs.diskFormat}`;
  return inputs.kind === "whole-disk" ? { image } : { image, kernel: `${name}.vmlinuz`, ramdisk: `${name}.initrd` };
}

/** The roles in the one order in which everything goes over them. */
export const artifactFileRoles: readonly ArtifactFileRole[] = ["image", "kernel", "ramdisk"];
