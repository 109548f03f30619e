import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

const sector = 512;
const mebibyte = 2 ** 20;

/** A partition of a GUID partition table; offset and size in bytes. */
export interface Partition {
  /** Type GUID as in the UEFI specification, upper case. */
  readonly type: string;
  readonly offset: number;
  readonly size: number;
}

/** UEFI specification, 5.3.3: EFI System Partition. */
export const efiSystemPartition = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

/** Partitions in the first bytes of a disk (UEFI specification, 5.3); empty if they hold no GUID partition table. */
export function readGpt(disk: Buffer): Partition[] {
  const header = disk.subarray(sector, 2 * sector);
  if (header.toString("latin1", 0, 8) !== "EFI PART") return [];
  const first = Number(header.readBigUInt64LE(72)) * sector;
  const [count, entrySize] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  return Array.from({ length: count }, (_, index) =>
    disk.subarray(first + index * entrySize, first + (index + 1) * entrySize),
  )
    .filter((entry) => entry.length === entrySize && !entry.subarray(0, 16).equals(Buffer.alloc(16)))
    .map((entry) => {
      const [start, end] = [Number(entry.readBigUInt64LE(32)), Number(entry.readBigUInt64LE(40))];
      return { type: guid(entry), offset: start * sector, size: (end - start + 1) * sector };
    });
}

// The first three groups are stored little-endian.
function guid(bytes: Buffer): string {
  const group = (...at: number[]): string => Buffer.from(at.map((index) => bytes[index] ?? 0)).toString("hex");
  return [group(3, 2, 1, 0), group(5, 4), group(7, 6), group(8, 9), group(10, 11, 12, 13, 14, 15)]
    .join("-")
    .toUpperCase();
}

/** Bytes of a qcow2 image's disk, by way of a file in `scratch`; both numbers are rounded out to whole MiB. */
export async function readDisk(image: string, scratch: string, offset: number, size: number): Promise<Buffer> {
  const file = join(scratch, "part.raw");
  const range = [`skip=${Math.floor(offset / mebibyte)}`, `count=${Math.ceil(size / mebibyte)}`];
  await execa("qemu-img", ["dd", "-f", "qcow2", "-O", "raw", "bs=1M", ...range, `if=${image}`, `of=${file}`]);
  return readFile(file);
}
