import { crc32 } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";

/** A GUID partition table. Source: UEFI specification 2.10, section 5.3. */
export interface Gpt {
  /** 512 or 4096 bytes. */
  readonly sectorSize: number;
  /** Why header or entries cannot be believed; undefined if both checksums are right. */
  readonly problem?: string;
  /** What of the copy at the end of the disk: missing means that it is not inside the disk. */
  readonly backup: "good" | "missing" | "damaged";
  readonly partitions: readonly GptPartition[];
}

/** One partition that is in use. */
export interface GptPartition {
  /** From 1. */
  readonly number: number;
  /** GUID of the type, capitals. */
  readonly type: string;
  /** First and last sector, both belong to it. */
  readonly first: number;
  readonly last: number;
}

/** Types of partitions that boot loaders need. Sources: UEFI specification 2.10, table 5.7; GNU GRUB manual, section 3.4. */
export const partitionTypes = {
  efiSystem: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  biosBoot: "21686148-6449-6E6F-744E-656564454649",
} as const;

const signature = "EFI PART";
/** Of all entries together, in bytes; every tool writes 16 KiB. */
const entriesLimit = 2 ** 20;

/** Undefined if no sector size has a table at the beginning. */
export async function readGpt(disk: ByteSource): Promise<Gpt | undefined> {
  for (const sectorSize of [512, 4096]) {
    const sector = await disk.read(sectorSize, 512);
    if (sector.toString("latin1", 0, 8) === signature) return readTable(disk, sectorSize, parseHeader(sector));
  }
  return undefined;
}

interface Header {
  readonly good: boolean;
  readonly self: number;
  readonly other: number;
  readonly entriesSector: number;
  readonly count: number;
  readonly entrySize: number;
  readonly entriesCrc: number;
}

/** Undefined for fewer than 92 bytes. */
function parseHeader(sector: Buffer): Header | undefined {
  if (sector.length < 92) return undefined;
  const size = sector.readUInt32LE(12);
  const copy = Buffer.from(sector);
  copy.writeUInt32LE(0, 16);
  return {
    good: size >= 92 && size <= sector.length && crc32(copy.subarray(0, size)) === sector.readUInt32LE(16),
    self: u64(sector, 24),
    other: u64(sector, 32),
    entriesSector: u64(sector, 72),
    count: sector.readUInt32LE(80),
    entrySize: sector.readUInt32LE(84),
    entriesCrc: sector.readUInt32LE(88),
  };
}

async function readTable(disk: ByteSource, sectorSize: number, header: Header | undefined): Promise<Gpt> {
  const broken = (problem: string): Gpt => ({ sectorSize, problem, backup: "missing", partitions: [] });
  if (!header?.good || header.self !== 1) return broken("its header is damaged");
  const entries = await readEntries(disk, sectorSize, header);
  if (typeof entries === "string") return broken(entries);
  return {
    sectorSize,
    backup: await judgeBackup(disk, sectorSize, header),
    partitions: parseEntries(entries, header.entrySize),
  };
}

async function readEntries(disk: ByteSource, sectorSize: number, header: Header): Promise<Buffer | string> {
  const { count, entrySize, entriesSector } = header;
  if (entrySize < 128 || entrySize % 128 !== 0 || count * entrySize > entriesLimit)
    return `it has ${count} entries of ${entrySize} bytes`;
  const start = entriesSector * sectorSize;
  if (start >= disk.size) return "its entries are not inside the disk";
  const entries = await disk.read(start, count * entrySize);
  return entries.length === count * entrySize && crc32(entries) === header.entriesCrc
    ? entries
    : "its entries are damaged";
}

async function judgeBackup(disk: ByteSource, sectorSize: number, header: Header): Promise<Gpt["backup"]> {
  const start = header.other * sectorSize;
  if (start + sectorSize > disk.size) return "missing";
  const sector = await disk.read(start, 512);
  if (sector.toString("latin1", 0, 8) !== signature) return "damaged";
  const backup = parseHeader(sector);
  const same = backup?.good && backup.self === header.other && backup.entriesCrc === header.entriesCrc;
  return same ? "good" : "damaged";
}

function parseEntries(entries: Buffer, entrySize: number): GptPartition[] {
  const partitions: GptPartition[] = [];
  for (let at = 0; at < entries.length; at += entrySize) {
    const type = entries.subarray(at, at + 16);
    if (type.every((byte) => byte === 0)) continue;
    partitions.push({
      number: at / entrySize + 1,
      type: guid(type),
      first: u64(entries, at + 32),
      last: u64(entries, at + 40),
    });
  }
  return partitions;
}

/** The first three groups are little-endian. */
function guid(bytes: Buffer): string {
  const hex = [
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 10),
    bytes.subarray(10, 16),
  ].map((part) => part.toString("hex").toUpperCase());
  return hex.join("-");
}

/** Above 2^53 it is not exact, but still behind the end of every disk. */
function u64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset + 4) * 2 ** 32 + buffer.readUInt32LE(offset);
}
