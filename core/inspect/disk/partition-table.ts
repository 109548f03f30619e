import type { ByteSource } from "../byte-source.ts";
import { readGpt, type Gpt } from "./gpt.ts";
import { hasPartitions, looksLikeFat, parseMbr, protectiveType, type Mbr } from "./mbr.ts";

/** Where a partition is, in bytes of the disk; it may reach beyond the disk. */
export interface Partition {
  /** From 1, as in `/dev/sda1`. */
  readonly number: number;
  /** GUID in capitals (GPT), or two hexadecimal digits (MBR). */
  readonly type: string;
  readonly start: number;
  readonly size: number;
}

/** What the beginning and the end of a disk say about partitions. */
export interface PartitionTable {
  /** GPT wins where both are: that is how firmware and the kernel read it. Undefined: the disk has no partition table. */
  readonly kind?: "mbr" | "gpt";
  /** There whenever the first sector has the signature, which boot code of a file system has too. */
  readonly mbr?: Mbr;
  readonly gpt?: Gpt;
  /** Of the winner; logical partitions of an MBR are inside the extended one, and not listed. */
  readonly partitions: readonly Partition[];
}

/** Reads the tables, never more than 2 MiB. */
export async function readPartitionTable(disk: ByteSource): Promise<PartitionTable> {
  const sector = await disk.read(0, 512);
  const mbr = parseMbr(sector);
  const gpt = await readGpt(disk);
  if (gpt) {
    const partitions = gpt.partitions.map(({ number, type, first, last }) => ({
      number,
      type,
      start: first * gpt.sectorSize,
      size: Math.max(0, last - first + 1) * gpt.sectorSize,
    }));
    return { kind: "gpt", ...(mbr && { mbr }), gpt, partitions };
  }
  if (!mbr) return { partitions: [] };
  // A protective entry without a GPT behind it is no table; what stands for it is said by its own rule.
  if (!hasPartitions(mbr) || looksLikeFat(sector)) return { mbr, partitions: [] };
  const partitions = mbr.entries.flatMap(({ type, start, length }, index) =>
    type === 0 || length === 0 ? [] : [{ number: index + 1, type: hex(type), start: start * 512, size: length * 512 }],
  );
  return { kind: "mbr", mbr, partitions };
}

/** Whether the first sector promises a GPT. */
export function promisesGpt(table: PartitionTable): boolean {
  return table.mbr?.entries.some(({ type }) => type === protectiveType) ?? false;
}

function hex(type: number): string {
  return type.toString(16).toUpperCase().padStart(2, "0");
}
