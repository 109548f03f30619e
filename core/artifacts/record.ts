import type { FingerprintInputs } from "../recipe/fingerprint.ts";

/** The files that an artifact can hold. A whole-disk image has `image` only, a partition image all three, deploy images kernel and ramdisk. */
export type ArtifactFileRole = "image" | "kernel" | "ramdisk";

/** One file of an artifact, as it was when the artifact was published. */
export interface ArtifactFile {
  /** File name inside the artifact's directory. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex. Half of the artifact's identity, see {@link buildId}. */
  readonly sha256: string;
  /** Hex. What Glance calls `os_hash_value` under its default `os_hash_algo`, sha512. */
  readonly sha512: string;
  /** `qcow2` and `raw` as `qemu-img info` names them; `aki` and `ari` for kernel and ramdisk. */
  readonly format: "qcow2" | "raw" | "aki" | "ari";
  /** Bytes that the guest sees: of a qcow2 its disk, of a deploy ramdisk what it unpacks to; equal to `size` for everything else. */
  readonly virtualSize: number;
}

/** What all of an artifact's bytes turned out to be; see core/inspect. */
export interface Inspection {
  /** `rulesVersion` of core/inspect/rules/version.ts then; absent in records of versions that did not count. */
  readonly rules?: number;
  readonly image?: {
    /** Bytes of the disk. */
    readonly virtualSize: number;
    /** Absent: no table. */
    readonly partitionTable?: "mbr" | "gpt";
    /** Of the disk, or of its partitions in their order, e.g. `ext4`. */
    readonly fileSystems: readonly string[];
  };
  readonly kernel?: {
    /** `bzimage`, `arm64-image` or `efi-zboot`. */
    readonly kind: string;
    readonly architecture: string;
    /** What `uname -r` will say, if it could be found. */
    readonly version?: string;
  };
  readonly ramdisk?: {
    /** What it is put together from, e.g. `cpio` and `zstd`. */
    readonly parts: readonly string[];
    /** Bytes. */
    readonly unpackedSize: number;
    /** Kernels that it has modules for. */
    readonly moduleVersions: readonly string[];
  };
  /** A line each, with file and rule. */
  readonly warnings: readonly string[];
}

/** `artifact.json`: an artifact without it does not exist. */
export interface ArtifactRecord {
  readonly schema: 1;
  /** The recipe's name; of deploy images `deploy-` and the architecture. */
  readonly name: string;
  readonly fingerprint: string;
  readonly inputs: FingerprintInputs;
  readonly buildId: string;
  readonly files: Readonly<Partial<Record<ArtifactFileRole, ArtifactFile>>>;
  /** Absent in records of earlier versions, or by other rules than today's: it is made up for when the artifact is next needed. */
  readonly inspection?: Inspection;
  /** Versions of what built it: diskimage-builder, qemu-img, debootstrap, kernel of the build host. Empty for a download. */
  readonly tools: Readonly<Record<string, string>>;
  /** Seconds per phase of diskimage-builder or of the download, and `total`. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Bytes that the build took on the build host, see core/build/host/build-space.ts; absent for downloads, and in records of earlier versions. */
  readonly space?: { readonly build: number; readonly cache: number };
  /** ISO 8601, UTC. */
  readonly builtAt: string;
}
