import type { RecipeContent } from "../recipe/content.ts";
import type { DeployContent } from "../recipe/deploy-content.ts";
import type { ArtifactFile, ArtifactFileRole } from "./record.ts";

/** Where artifacts lie, relative to the project. */
export const artifactsDirectory = ".images/artifacts";

/** The file that makes a directory an artifact. */
export const recordFileName = "artifact.json";

/** What the name of a directory begins with that is being copied into the store, and holds a lock on itself meanwhile. */
export const incomingPrefix = ".incoming-";

/** In the directory of artifacts, who has ever used them; see users.ts. */
export const usersDirectory = ".users";

/** What the name of a directory begins with that is being removed from the store. */
export const removedPrefix = ".removed-";

/** What the name of an artifact that was set aside ends with. */
const setAsideSuffix = /\.bad-\d+$/;

/** True for the names of directories that hold what was set aside as bad. */
export function isSetAside(directoryName: string): boolean {
  return setAsideSuffix.test(directoryName);
}

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

/**
 * The files of an artifact, named as the builders name them for `-o <name>`: diskimage-builder `.vmlinuz` and `.initrd`,
 * ironic-python-agent-builder `.kernel` and `.initramfs`. A whole-disk image has no kernel and ramdisk, deploy images no image.
 */
export function artifactFileNames(
  name: string,
  inputs: ArtifactKind,
): { readonly image?: string; readonly kernel?: string; readonly ramdisk?: string } {
  if (!("diskFormat" in inputs)) return { kernel: `${name}.kernel`, ramdisk: `${name}.initramfs` };
  const image = `${name}.${inputs.diskFormat}`;
  return inputs.kind === "whole-disk" ? { image } : { image, kernel: `${name}.vmlinuz`, ramdisk: `${name}.initrd` };
}

/** What decides which files an artifact has. */
export type ArtifactKind = Pick<RecipeContent, "kind" | "diskFormat"> | Pick<DeployContent, "kind">;

/** The roles in the one order in which everything goes over them. */
export const artifactFileRoles: readonly ArtifactFileRole[] = ["image", "kernel", "ramdisk"];

/** The format that each file of an artifact is declared to have. */
export function artifactFormats(inputs: ArtifactKind): Readonly<Record<ArtifactFileRole, ArtifactFile["format"]>> {
  return { image: "diskFormat" in inputs ? inputs.diskFormat : "raw", kernel: "aki", ramdisk: "ari" };
}
