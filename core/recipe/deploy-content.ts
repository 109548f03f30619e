import type { SecretContent } from "./secrets.ts";

/**
 * A source that goes into the ramdisk, as far as it decides what comes out. An archive is its digest, wherever it comes
 * from; a git repository is the ref that was asked for.
 */
export type PinnedSource =
  { readonly sha256: string } | { readonly gitRef: string; readonly repository?: string } | { readonly unpinned: true };

/** Files of the ramdisk's TLS set-up, by the sha256 of each; or a certificate that the build makes. */
export type TlsContent =
  | { readonly certificate: string; readonly key: string; readonly clientCa?: string }
  | { readonly selfSigned: { readonly hostname: string; readonly days: number }; readonly clientCa?: string };

/** Deploy kernel and ramdisk built by ironic-python-agent-builder, with all defaults resolved. */
export interface DeployBuildContent extends SecretContent {
  readonly kind: "deploy-build";
  /** Root element of diskimage-builder, e.g. `debian-minimal`. */
  readonly distribution: string;
  /** `DIB_RELEASE`. */
  readonly release: string;
  readonly architecture: "amd64" | "arm64";
  /** Further elements, in order; `ironic-python-agent-ramdisk` and what follows from other fields come by themselves. */
  readonly elements: readonly string[];
  readonly packages: readonly string[];
  /** ironic-python-agent itself. */
  readonly agent: PinnedSource;
  /** Holds `upper-constraints.txt`, which pins the agent's Python packages. */
  readonly requirements: PinnedSource;
  /** glean, which the element `simple-init` installs. */
  readonly simpleInit: PinnedSource;
  /** Archive of all wheels that pip may use; without it pip asks the build host's index. */
  readonly wheels?: { readonly sha256: string };
  readonly tls?: TlsContent;
  /** Sha256 of a CA certificate that the agent trusts when it talks to Ironic (`DIB_IPA_CERT`). */
  readonly trustedCa?: string;
  /** Of the initramfs. */
  readonly compression: "gzip" | "zstd";
  /** The element `dynamic-login`: whoever controls the kernel's command line gets root. */
  readonly dynamicLogin: boolean;
  /** Absent: an initramfs that packages ask for twice in a row is made once. */
  readonly deferInitramfs?: false;
  /** Allow-listed variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Any text; change it to build anew from today's packages. */
  readonly revision?: string;
}

/** Deploy kernel and ramdisk as somebody publishes them; the pins are the whole content. */
export type DeployDownloadContent = {
  readonly kind: "deploy-download";
  readonly architecture: "amd64" | "arm64";
} & DownloadPins;

/** Sha256 of what is downloaded: of both files, or of the one archive that holds both. */
export type DownloadPins =
  { readonly kernelSha256: string; readonly initramfsSha256: string } | { readonly tarballSha256: string };

/** What decides a pair of deploy images. */
export type DeployContent = DeployBuildContent | DeployDownloadContent;
