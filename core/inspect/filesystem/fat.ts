import { labelled, paddedText, type FileSystem } from "./superblock.ts";

/** The numbers of a FAT file system's first sector that say where everything is. */
export interface FatGeometry {
  /** 12, 16 or 32: bits of an entry. */
  readonly bits: 12 | 16 | 32;
  readonly bytesPerSector: number;
  readonly sectorsPerCluster: number;
  readonly reservedSectors: number;
  readonly fats: number;
  readonly sectorsPerFat: number;
  /** 0 for 32 bits, whose root directory is a chain of clusters. */
  readonly rootEntries: number;
  /** 32 bits only. */
  readonly rootCluster: number;
  readonly totalSectors: number;
  readonly clusters: number;
}

/**
 * Undefined for what no FAT driver would mount. Sources: Microsoft, FAT32 File System Specification (fatgen103), sections 2 to 4;
 * Linux, fat_read_bpb in fs/fat/inode.c.
 */
export function parseFatGeometry(sector: Buffer): FatGeometry | undefined {
  if (sector.length < 512 || sector.readUInt16LE(510) !== 0xaa55) return undefined;
  const bytesPerSector = sector.readUInt16LE(11);
  const sectorsPerCluster = sector.readUInt8(13);
  const reservedSectors = sector.readUInt16LE(14);
  const fats = sector.readUInt8(16);
  const media = sector.readUInt8(21);
  if (![512, 1024, 2048, 4096].includes(bytesPerSector) || !isPowerOfTwo(sectorsPerCluster)) return undefined;
  if (reservedSectors === 0 || fats === 0 || fats > 2 || (media !== 0xf0 && media < 0xf8)) return undefined;
  const rootEntries = sector.readUInt16LE(17);
  const totalSectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  const sectorsPerFat = sector.readUInt16LE(22) || sector.readUInt32LE(36);
  const rootSectors = Math.ceil((rootEntries * 32) / bytesPerSector);
  const dataSectors = totalSectors - reservedSectors - fats * sectorsPerFat - rootSectors;
  if (sectorsPerFat === 0 || dataSectors <= 0) return undefined;
  const clusters = Math.floor(dataSectors / sectorsPerCluster);
  const bits = rootEntries === 0 ? 32 : clusters < 4085 ? 12 : 16;
  const rootCluster = bits === 32 ? sector.readUInt32LE(44) : 0;
  return {
    bits,
    bytesPerSector,
    sectorsPerCluster,
    reservedSectors,
    fats,
    sectorsPerFat,
    rootEntries,
    rootCluster,
    totalSectors,
    clusters,
  };
}

/** The file system of a first sector. */
export function parseFat(sector: Buffer): FileSystem | undefined {
  const geometry = parseFatGeometry(sector);
  if (!geometry) return undefined;
  const label = geometry.bits === 32 ? sector.subarray(71, 82) : sector.subarray(43, 54);
  return {
    kind: "vfat",
    size: geometry.totalSectors * geometry.bytesPerSector,
    ...labelled(paddedText(label)),
  };
}

function isPowerOfTwo(number: number): boolean {
  return number > 0 && (number & (number - 1)) === 0;
}
