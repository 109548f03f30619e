import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BUILDER_VERSION } from "./builder.ts";
import { canonicalJson } from "./canonical-json.ts";
import { diskImageCreateCommand } from "./command.ts";
import type { RecipeContent } from "./content.ts";
import { treeDigest } from "./element-tree.ts";
import { projectElementDigest, projectElements } from "./elements.ts";

/** Everything that decides an image, each part readable by itself so that a preview shows which one changed. */
export interface FingerprintInputs extends RecipeContent {
  readonly fingerprintVersion: number;
  /** `disk-image-create` and its arguments without output, cache and temporary paths. */
  readonly command: readonly string[];
  /** Sha256 of each project element that the image uses, by the element's name; builder elements are covered by `builder`. */
  readonly elementDigests: Readonly<Record<string, string>>;
  /** Sha256 of the hooks that this program adds to every build. */
  readonly hooksDigest: string;
  /** Pinned versions of what builds, e.g. `{ "diskimage-builder": "3.43.0" }`. */
  readonly builder: Readonly<Record<string, string>>;
}

// Raise it when the same inputs lead to another image, e.g. by another environment of the build.
const FINGERPRINT_VERSION = 1;

const hooksDirectory = fileURLToPath(new URL("../build/hooks", import.meta.url));

/**
 * What decides the image that a content stands for. Reads the project's elements and this program's hooks, and nothing
 * else: no network, no host, no time, no location.
 *
 * @throws IronicImagesError `unsafe-element` for an element tree that cannot be trusted
 */
export function fingerprintInputs(content: RecipeContent, projectDirectory: string): FingerprintInputs {
  const digests = projectElements(projectDirectory, content).map(
    (name) => [name, projectElementDigest(projectDirectory, name)] as const,
  );
  return {
    ...content,
    fingerprintVersion: FINGERPRINT_VERSION,
    command: diskImageCreateCommand(content),
    elementDigests: Object.fromEntries(digests),
    hooksDigest: hooksDigest(),
    builder: { "diskimage-builder": BUILDER_VERSION },
  };
}

/** Hex sha256 of the inputs: equal for equal inputs on every machine. */
export function fingerprint(inputs: FingerprintInputs): string {
  return createHash("sha256").update(canonicalJson(inputs)).digest("hex");
}

function hooksDigest(): string {
  return existsSync(hooksDirectory)
    ? treeDigest(hooksDirectory, "core/build/hooks")
    : createHash("sha256").digest("hex");
}
