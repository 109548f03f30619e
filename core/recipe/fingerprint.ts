import type { RecipeContent } from "./content.ts";

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
