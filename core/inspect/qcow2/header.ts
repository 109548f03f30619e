import type { ByteSource } from "../byte-source.ts";

/** The header of a qcow2 file, as it stands there: nothing in it is believed. Source: QEMU, docs/interop/qcow2.rst. */
export interface Qcow2Header {
  readonly version: number;
  /** Size in bytes of the disk that a guest sees; inexact above 2^53. */
  readonly virtualSize: number;
  /** A cluster has 2^clusterBits bytes. */
  readonly clusterBits: number;
  /** Name of the file that this one is a difference to. */
  readonly backingFile?: string;
  /** 0: none, 1: AES, 2: LUKS. */
  readonly encryption: number;
  /** In entries. */
  readonly l1Size: number;
  readonly l1Offset: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly snapshots: number;
  /** Numbers of the bits that are set; bit 0 is the lowest. */
  readonly incompatibleBits: readonly number[];
  readonly compatibleBits: readonly number[];
  /** Whether the bit of a data file is set, where version 2 has other things too: Glance's inspector looks there in every version. */
  readonly dataFile: boolean;
  /** 0: zlib, 1: zstd. */
  readonly compressionType: number;
  /** Types of the header extensions. */
  readonly extensions: readonly number[];
  /** Name of the file that has the data, from its header extension. */
  readonly dataFileName?: string;
}

/** Numbers of incompatible features. */
export const incompatible = { dirty: 0, corrupt: 1, dataFile: 2, compressionType: 3, extendedL2: 4 } as const;

const magic = 0x514649fb;
const dataFileExtension = 0x44415441;
const versionLengths: Readonly<Record<number, number>> = { 2: 72, 3: 104 };
/** QEMU's limit for the name of a backing file; extensions of ours are looked for in the first cluster's beginning only. */
const longestName = 1023;
const longestHeader = 64 * 1024;

/** Undefined for what is no qcow2 at all, or has less than a whole header. A header of a version that nobody knows is read as version 2. */
export async function readQcow2Header(source: ByteSource): Promise<Qcow2Header | undefined> {
  const head = await source.read(0, 512);
  if (head.length < 72 || head.readUInt32BE(0) !== magic) return undefined;
  const version = head.readUInt32BE(4);
  if (head.length < (versionLengths[version] ?? 72)) return undefined;
  const longHeader = version >= 3 && head.length >= 104;
  const headerLength = longHeader ? head.readUInt32BE(100) : 72;
  const clusterBits = head.readUInt32BE(20);
  const extensions = await readExtensions(source, headerLength, clusterBits);
  const dataFileName = extensions.find(({ type }) => type === dataFileExtension)?.data;
  const backingFile = await readBackingFile(source, u64(head, 8), head.readUInt32BE(16));
  return {
    version,
    virtualSize: u64(head, 24),
    clusterBits,
    ...(backingFile !== undefined && { backingFile }),
    encryption: head.readUInt32BE(32),
    l1Size: head.readUInt32BE(36),
    l1Offset: u64(head, 40),
    refcountTableOffset: u64(head, 48),
    refcountTableClusters: head.readUInt32BE(56),
    snapshots: head.readUInt32BE(60),
    incompatibleBits: longHeader ? setBits(head, 72) : [],
    compatibleBits: longHeader ? setBits(head, 80) : [],
    dataFile: head.length >= 80 && (head.readUInt8(79) & 4) !== 0,
    compressionType: longHeader && headerLength > 104 && head.length > 104 ? head.readUInt8(104) : 0,
    extensions: extensions.map(({ type }) => type),
    ...(dataFileName !== undefined && { dataFileName }),
  };
}

/** A number of 64 bits, big-endian. Above 2^53 it is not exact, but still larger than every file. */
export function u64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32BE(offset) * 2 ** 32 + buffer.readUInt32BE(offset + 4);
}

/** Any offset but 0 means that there is one, as in Glance's inspector, whatever the length says. */
async function readBackingFile(source: ByteSource, offset: number, length: number): Promise<string | undefined> {
  if (offset === 0) return undefined;
  if (offset > source.size) return "";
  return (await source.read(offset, Math.min(length, longestName))).toString("latin1");
}

async function readExtensions(
  source: ByteSource,
  headerLength: number,
  clusterBits: number,
): Promise<{ type: number; data: string }[]> {
  const end = Math.min(2 ** Math.min(clusterBits, 21), longestHeader);
  const bytes = await source.read(0, end);
  const found: { type: number; data: string }[] = [];
  for (let at = headerLength; at + 8 <= bytes.length;) {
    const type = bytes.readUInt32BE(at);
    if (type === 0) break;
    const length = bytes.readUInt32BE(at + 4);
    found.push({ type, data: bytes.toString("latin1", at + 8, at + 8 + Math.min(length, longestName)) });
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

function setBits(head: Buffer, offset: number): number[] {
  const bits = head.readBigUInt64BE(offset);
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
}
