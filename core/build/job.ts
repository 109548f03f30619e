import type { DeployBuildInputs, DeployDownloadInputs, FingerprintInputs, ImageInputs } from "../recipe/fingerprint.ts";

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

/** A job for diskimage-builder, which takes root, a slot and a sandbox. */
export type BuilderJob = BuildJob & { readonly inputs: ImageInputs | DeployBuildInputs };

/** A job for a user image. */
export type ImageJob = BuildJob & { readonly inputs: ImageInputs };

/** A job for ironic-python-agent-builder. */
export type DeployBuildJob = BuildJob & { readonly inputs: DeployBuildInputs };

/** A job that downloads deploy images. */
export type DeployDownloadJob = BuildJob & { readonly inputs: DeployDownloadInputs };
