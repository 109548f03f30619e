import type { FingerprintInputs } from "../recipe/fingerprint.ts";

/** `job.json`: everything that decides an image, and nothing of the host. Elements travel in a directory beside it. */
export interface BuildJob {
  readonly schema: 1;
  /** The recipe's name: safe for file names. */
  readonly name: string;
  readonly fingerprint: string;
  readonly inputs: FingerprintInputs;
  /** Where to get a pinned base image; the pin itself is in `inputs`. */
  readonly baseImageUrl?: string;
}
