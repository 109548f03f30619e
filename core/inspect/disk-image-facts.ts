import type { DetectedFormat } from "./detect.ts";
import type { Partition, PartitionTable } from "./disk/partition-table.ts";
import type { FileSystem } from "./filesystem/superblock.ts";
import type { Qcow2Facts } from "./qcow2/facts.ts";

/** What a disk image is meant to be. */
export interface WantedDiskImage {
  readonly kind: "partition" | "whole-disk";
  /** Whole-disk images only. */
  readonly firmware?: "uefi" | "bios";
  readonly diskFormat: "qcow2" | "raw";
  /** Whether encryption inside is meant. */
  readonly allowLuks: boolean;
}

/** What the headers of a disk image say. */
export interface DiskImageFacts {
  readonly fileSize: number;
  /** Every format with a signature in the file; none: raw. */
  readonly formats: readonly DetectedFormat[];
  /** Bytes of the disk inside; the file's own size for anything but qcow2. */
  readonly virtualSize: number;
  /** The beginning of the file is a qcow2 header. */
  readonly qcow2?: Qcow2Facts;
  /** The disk inside; undefined where it cannot be read, or is in a format that is refused anyway. */
  readonly disk?: DiskFacts;
}

/** What the disk says that a node will have. */
export interface DiskFacts {
  readonly table: PartitionTable;
  /** At the very beginning of the disk. */
  readonly fileSystems: readonly FileSystem[];
  /** Of the table, at most the first 16. */
  readonly partitions: readonly (Partition & { readonly fileSystems: readonly FileSystem[] })[];
}
