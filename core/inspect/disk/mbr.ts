/** The first sector of a disk as a master boot record. Sources: UEFI specification 2.10, section 5.2; Linux, block/partitions/msdos.c. */
export interface Mbr {
  /** Whether there is anything in the 440 bytes for boot code. */
  readonly bootCode: boolean;
  /** The four entries, empty ones included. */
  readonly entries: readonly MbrEntry[];
}

/** One entry, numbers as they stand there. */
export interface MbrEntry {
  /** 0x80: active, 0: not; others make no sense. */
  readonly bootFlag: number;
  /** 0: no partition. */
  readonly type: number;
  /** Head, sector and cylinder of the start, as one number of three bytes, big-endian. */
  readonly startChs: number;
  /** In sectors of 512 bytes. */
  readonly start: number;
  readonly length: number;
}

/** The type of the one entry in front of a GPT. */
export const protectiveType = 0xee;

/** Undefined without the signature 55 AA, or for less than a sector. */
export function parseMbr(sector: Buffer): Mbr | undefined {
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const entries = [446, 462, 478, 494].map((at) => ({
    bootFlag: sector.readUInt8(at),
    startChs: sector.readUIntBE(at + 1, 3),
    type: sector.readUInt8(at + 4),
    start: sector.readUInt32LE(at + 8),
    length: sector.readUInt32LE(at + 12),
  }));
  return { bootCode: sector.subarray(0, 440).some((byte) => byte !== 0), entries };
}

/**
 * Whether the sector looks like the first one of a FAT file system in the eyes of `oslo.utils`
 * (format_inspector.py, `GPTInspector._check_for_fat`): it has the same signature.
 */
export function looksLikeFat(sector: Buffer): boolean {
  return sector.length >= 512 && sector.readUInt8(0x10) === 2 && sector.readUInt8(0x15) === 0xf8;
}

/** Whether the kernel takes the entries for partitions: sensible boot flags, and at least one partition. */
export function hasPartitions(mbr: Mbr): boolean {
  const sensible = mbr.entries.every(({ bootFlag }) => bootFlag === 0 || bootFlag === 0x80);
  return sensible && mbr.entries.some(({ type, length }) => type !== 0 && length !== 0);
}
