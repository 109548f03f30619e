import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { AGENT_BUILDER_VERSION, BUILDER_VERSION } from "./builder.ts";
import { canonicalJson } from "./canonical-json.ts";
import { diskImageCreateCommand } from "./command.ts";
import type { RecipeContent } from "./content.ts";
import { deployBuildCommand } from "./deploy-command.ts";
import type { DeployBuildContent, DeployContent, DeployDownloadContent } from "./deploy-content.ts";
import { treeDigest } from "./element-tree.ts";
import { projectDeployElements, projectElementDigest, projectElements } from "./elements.ts";

/** What decides a build besides its content, each part readable by itself so that a preview shows which one changed. */
export interface BuildInputs {
  readonly fingerprintVersion: number;
  /** The builder's command without output, cache and temporary paths. */
  readonly command: readonly string[];
  /** Sha256 of each project element that the image uses, by the element's name; builder elements are covered by `builder`. */
  readonly elementDigests: Readonly<Record<string, string>>;
  /** Sha256 of the hooks that this program adds to every build. */
  readonly hooksDigest: string;
  /** Pinned versions of what builds, e.g. `{ "diskimage-builder": "3.43.0" }`. */
  readonly builder: Readonly<Record<string, string>>;
}

/** Everything that decides a user image. */
export type ImageInputs = RecipeContent & BuildInputs;

/** Everything that decides a deploy kernel and ramdisk that are built. */
export type DeployBuildInputs = DeployBuildContent & BuildInputs;

/** Everything that decides a deploy kernel and ramdisk that are downloaded. */
export type DeployDownloadInputs = DeployDownloadContent & { readonly fingerprintVersion: number };

/** Everything that decides an artifact. */
export type FingerprintInputs = ImageInputs | DeployBuildInputs | DeployDownloadInputs;

// Raise it when the same inputs lead to another image, e.g. by another environment of the build.
const FINGERPRINT_VERSION = 1;

/** Directories below core/build with the hooks that a build gets. */
export function hooksOf(
  content: Pick<RecipeContent | DeployBuildContent, "kind" | "secretEnvironment" | "deferInitramfs">,
): string[] {
  return [
    "hooks",
    ...(content.deferInitramfs === false ? [] : ["initramfs-hooks"]),
    ...(content.kind === "deploy-build" ? ["deploy-hooks"] : []),
    ...(content.secretEnvironment === undefined ? [] : ["secret-hooks"]),
  ];
}

/**
 * What decides the image that a content stands for. Reads the project's elements and this program's hooks, and nothing
 * else: no network, no host, no time, no location.
 *
 * @throws IronicImagesError `unsafe-element` for an element tree that cannot be trusted
 */
export function fingerprintInputs(content: RecipeContent, projectDirectory: string): ImageInputs {
  return {
    ...content,
    fingerprintVersion: FINGERPRINT_VERSION,
    command: diskImageCreateCommand(content),
    elementDigests: elementDigests(projectElements(projectDirectory, content), projectDirectory),
    hooksDigest: hooksDigest(hooksOf(content)),
    builder: { "diskimage-builder": BUILDER_VERSION },
  };
}

/** As {@link fingerprintInputs}, for deploy images. */
export function deployFingerprintInputs(
  content: DeployContent,
  projectDirectory: string,
): DeployBuildInputs | DeployDownloadInputs {
  if (content.kind === "deploy-download") return { ...content, fingerprintVersion: FINGERPRINT_VERSION };
  return {
    ...content,
    fingerprintVersion: FINGERPRINT_VERSION,
    command: deployBuildCommand(content),
    elementDigests: elementDigests(projectDeployElements(projectDirectory, content), projectDirectory),
    hooksDigest: hooksDigest(hooksOf(content)),
    builder: { "diskimage-builder": BUILDER_VERSION, "ironic-python-agent-builder": AGENT_BUILDER_VERSION },
  };
}

/** Hex sha256 of the inputs: equal for equal inputs on every machine. */
export function fingerprint(inputs: FingerprintInputs): string {
  return createHash("sha256").update(canonicalJson(inputs)).digest("hex");
}

/** Hex sha256 of the hooks that a build gets from this program. Deploy ramdisks, and images with secrets, have some more. */
export function hooksDigest(directories: readonly string[]): string {
  const digests = directories.map((directory) =>
    treeDigest(fileURLToPath(new URL(`../build/${directory}`, import.meta.url)), `core/build/${directory}`),
  );
  // One tree is its own digest, so that images keep theirs.
  return digests.length === 1 && digests[0] !== undefined
    ? digests[0]
    : createHash("sha256").update(digests.join("\n")).digest("hex");
}

function elementDigests(names: readonly string[], projectDirectory: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, projectElementDigest(projectDirectory, name)]));
}
