import { largestRead, type ByteSource } from "../byte-source.ts";
import { incompatible, type Qcow2Header } from "./header.ts";

/** QEMU's own limits: block/qcow2.h (MIN_CLUSTER_BITS, MAX_CLUSTER_BITS, QCOW_MAX_L1_SIZE, QCOW_MAX_REFTABLE_SIZE). */
const clusterBits = { least: 9, most: 21 };
const l1Limit = 32 * 2 ** 20;
const refcountTableLimit = 8 * 2 ** 20;
/** Ours: of all second tables together, in bytes. Enough for 4 TiB in clusters of 64 KiB; nobody reads more for a look at headers. */
const l2Limit = 512 * 2 ** 20;

/**
 * Why the tables of this file cannot be followed, if so. All that reads them may rely on what is checked here.
 * Source: QEMU, `qcow2_do_open` and `qcow2_validate_table` in block/qcow2.c.
 */
export function layoutProblem(header: Qcow2Header, fileSize: number): string | undefined {
  if (header.clusterBits < clusterBits.least || header.clusterBits > clusterBits.most)
    return `its clusters have 2^${header.clusterBits} bytes`;
  const cluster = 2 ** header.clusterBits;
  const needed = l1Entries(header);
  if (!Number.isSafeInteger(header.virtualSize) || needed * 8 > l1Limit)
    return `a disk of ${header.virtualSize} bytes is more than its clusters can map`;
  if (needed * cluster > l2Limit)
    return `a disk of ${header.virtualSize} bytes needs larger clusters than 2^${header.clusterBits} bytes`;
  if (header.l1Size < needed) return `its first table has ${header.l1Size} entries, and the disk needs ${needed}`;
  if (header.l1Offset % cluster !== 0) return "its first table does not begin at a cluster";
  if (header.l1Offset + needed * 8 > fileSize) return "its first table is not inside the file";
  const refcountTable = header.refcountTableClusters * cluster;
  if (refcountTable > refcountTableLimit) return `its table of reference counts has ${refcountTable} bytes`;
  if (header.refcountTableOffset % cluster !== 0) return "its table of reference counts does not begin at a cluster";
  if (header.refcountTableOffset + refcountTable > fileSize)
    return "its table of reference counts is not inside the file";
  return undefined;
}

/** Why nobody but QEMU with the right key or file can read the disk inside, though the tables may be fine. */
export function readingProblem(header: Qcow2Header): string | undefined {
  if (header.version !== 2 && header.version !== 3) return `its version is ${header.version}`;
  if (header.encryption !== 0) return "it is encrypted";
  if (header.backingFile !== undefined) return "it needs a backing file";
  if (header.dataFile) return "its data is in another file";
  if (header.incompatibleBits.some((bit) => bit >= incompatible.extendedL2)) return "it has unknown features";
  if (header.compressionType > 1) return `its compression is of type ${header.compressionType}`;
  return undefined;
}

/** Entries of the first table that the disk needs: each stands for one second table, which has 2^(clusterBits - 3) entries. */
export function l1Entries(header: Qcow2Header): number {
  return Math.ceil(header.virtualSize / 2 ** (2 * header.clusterBits - 3));
}

/** A table as it stands in the file, read in pieces. Bounded by `layoutProblem`. */
export async function readTable(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < length; at += largestRead)
    pieces.push(await source.read(offset + at, Math.min(largestRead, length - at)));
  return Buffer.concat(pieces);
}

/** Where a table entry points: bits 9 to 55, or to 63 in the table of reference counts. 0: nowhere. */
export function entryOffset(high: number, low: number): number {
  return (high & 0x00ffffff) * 2 ** 32 + ((low & 0xfffffe00) >>> 0);
}

/** Where the bytes of a compressed cluster are: whole sectors of 512 bytes, the first of them from `offset` on. */
export function compressedRange(high: number, low: number, bits: number): { offset: number; length: number } {
  // An offset has 62 - (bits - 8) bits; above them stands how many sectors there are behind the first.
  const highBits = 62 - (bits - 8) - 32;
  const offset = (high & (2 ** highBits - 1)) * 2 ** 32 + low;
  const sectors = ((high & 0x3fffffff) >>> highBits) + 1;
  return { offset, length: sectors * 512 - (offset % 512) };
}
