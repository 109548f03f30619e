import type { FingerprintInputs } from "../recipe/fingerprint.ts";

/** `job.json`: everything that decides an image, and nothing of the host. Elements travel in a directory beside it. */
export interface BuildJob {
  readonly schema: 1;
  /** The recipe's name: safe for file names. */
  readonly name: string;
  readonly fingerprint: string;
  readonly inputs: FingerprintInputs;
  /**
   * Where to get what `inputs` pin, by sha256: an http(s) URL, a path relative to the project, or
   * `python-index:NAME==VERSION` for a source distribution of the build host's Python index.
   */
  readonly locations?: Readonly<Record<string, string>>;
}
