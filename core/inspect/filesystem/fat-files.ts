import type { ByteSource } from "../byte-source.ts";
import { withinReads } from "../limited-source.ts";
import { parseFatGeometry, type FatGeometry } from "./fat.ts";

const entrySize = 32;
/** For one path, clusters and their entries in the table: more than an EFI system partition ever needs, and an end for a chain that runs in a circle. */
const mostReads = 2048;

interface Fat extends FatGeometry {
  readonly source: ByteSource;
  /** Bytes. */
  readonly clusterSize: number;
  /** Bytes from the beginning. */
  readonly fatStart: number;
  readonly rootStart: number;
  readonly dataStart: number;
}

/**
 * Whether a FAT file system holds a file. Names of up to 8 and 3 characters alone, in any case: the names that firmware looks for are such.
 * Undefined if it is no FAT that can be read. False also where more reads are needed than for any real one: nothing is to boot from that.
 * @param path with `/`, from the root
 */
export async function isFileInFat(source: ByteSource, path: string): Promise<boolean | undefined> {
  return withinReads(source, mostReads, (limited) => lookUp(limited, path), false);
}

async function lookUp(source: ByteSource, path: string): Promise<boolean | undefined> {
  const fat = await openFat(source);
  if (fat === undefined) return undefined;
  let directory: AsyncGenerator<Buffer> = fat.bits === 32 ? clusters(fat, fat.rootCluster) : fixedRoot(fat);
  const names = path.split("/").map(shortName);
  for (const [depth, name] of names.entries()) {
    const entry = await findEntry(directory, name);
    const isDirectory = entry !== undefined && (entry.readUInt8(11) & 0x10) !== 0;
    if (depth === names.length - 1) return entry !== undefined && !isDirectory && entry.readUInt32LE(28) > 0;
    if (entry === undefined || !isDirectory) return false;
    directory = clusters(fat, (fat.bits === 32 ? entry.readUInt16LE(20) * 65536 : 0) + entry.readUInt16LE(26));
  }
  return false;
}

async function openFat(source: ByteSource): Promise<Fat | undefined> {
  const geometry = parseFatGeometry(await source.read(0, 512));
  if (geometry === undefined) return undefined;
  const { bytesPerSector, sectorsPerCluster, reservedSectors, fats, sectorsPerFat, rootEntries } = geometry;
  const fatStart = reservedSectors * bytesPerSector;
  const rootStart = fatStart + fats * sectorsPerFat * bytesPerSector;
  const rootSectors = Math.ceil((rootEntries * entrySize) / bytesPerSector);
  const dataStart = rootStart + rootSectors * bytesPerSector;
  return { ...geometry, source, clusterSize: sectorsPerCluster * bytesPerSector, fatStart, rootStart, dataStart };
}

async function findEntry(directory: AsyncGenerator<Buffer>, name: string): Promise<Buffer | undefined> {
  for await (const bytes of directory) {
    for (let at = 0; at + entrySize <= bytes.length; at += entrySize) {
      const entry = bytes.subarray(at, at + entrySize);
      if (entry[0] === 0) return undefined;
      // Volume labels and the pieces of long names have this bit.
      if ((entry.readUInt8(11) & 0x08) === 0 && entry.toString("latin1", 0, 11) === name) return entry;
    }
  }
  return undefined;
}

async function* fixedRoot({ source, rootStart, rootEntries }: Fat): AsyncGenerator<Buffer> {
  yield await source.read(rootStart, rootEntries * entrySize);
}

async function* clusters(fat: Fat, first: number): AsyncGenerator<Buffer> {
  for (let cluster = first; cluster >= 2 && cluster < endMark(fat.bits); cluster = await nextCluster(fat, cluster))
    yield await fat.source.read(fat.dataStart + (cluster - 2) * fat.clusterSize, fat.clusterSize);
}

async function nextCluster({ source, bits, fatStart }: Fat, cluster: number): Promise<number> {
  const bytes = await source.read(fatStart + Math.floor((cluster * bits) / 8), bits === 32 ? 4 : 2);
  if (bytes.length < (bits === 32 ? 4 : 2)) return 0;
  if (bits === 32) return bytes.readUInt32LE(0) & 0x0fffffff;
  const value = bytes.readUInt16LE(0);
  if (bits === 16) return value;
  return cluster % 2 === 0 ? value & 0xfff : value >> 4;
}

function endMark(bits: Fat["bits"]): number {
  return { 12: 0xff7, 16: 0xfff7, 32: 0x0ffffff7 }[bits];
}

function shortName(name: string): string {
  const [stem = "", extension = ""] = name.toUpperCase().split(".");
  return stem.padEnd(8) + extension.padEnd(3);
}
