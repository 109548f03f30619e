import type { ByteSource } from "../byte-source.ts";
import { extSuperblock, parseExt } from "./ext.ts";
import { parseFat } from "./fat.ts";
import { labelled, paddedText, type FileSystem } from "./superblock.ts";

/**
 * File systems and encryption whose superblock is at the beginning of this disk or partition. More than one is no disk
 * that anybody can rely on.
 */
export async function probeFileSystems(source: ByteSource): Promise<FileSystem[]> {
  const head = await source.read(0, extSuperblock.offset + extSuperblock.length);
  const found = [
    parseExt(head.subarray(extSuperblock.offset)),
    parseXfs(head),
    parseFat(head.subarray(0, 512)),
    parseLuks(head),
    parseIso9660(await source.read(isoVolume.offset, isoVolume.length)),
    parseBtrfs(await source.read(btrfsSuperblock.offset, btrfsSuperblock.length)),
  ];
  return found.filter((one) => one !== undefined);
}

/** Source: XFS Algorithms & Data Structures, chapter "Superblocks". */
export function parseXfs(head: Buffer): FileSystem | undefined {
  if (head.length < 512 || head.toString("latin1", 0, 4) !== "XFSB") return undefined;
  const blockSize = head.readUInt32BE(4);
  if (blockSize < 512 || blockSize > 65536) return undefined;
  return {
    kind: "xfs",
    size: (head.readUInt32BE(8) * 2 ** 32 + head.readUInt32BE(12)) * blockSize,
    ...labelled(paddedText(head.subarray(108, 120))),
  };
}

/** Source: LUKS on-disk format 1.2.3, figure 1; LUKS2 on-disk format, section 2.1: the same magic, and another version. */
export function parseLuks(head: Buffer): FileSystem | undefined {
  if (head.length < 8 || head.toString("hex", 0, 6) !== "4c554b53babe") return undefined;
  return { kind: "luks", version: head.readUInt16BE(6) };
}

/** The first volume descriptor. */
export const isoVolume = { offset: 32768, length: 2048 } as const;

/** ISO 9660, and UDF as far as `oslo.utils` knows it. Sources: ECMA-119, section 8.4; oslo.utils, `ISOInspector`. */
export function parseIso9660(volume: Buffer): FileSystem | undefined {
  if (volume.length < 2048 || !["CD001", "NSR02", "NSR03"].includes(volume.toString("latin1", 1, 6))) return undefined;
  return {
    kind: "iso9660",
    size: volume.readUInt32LE(80) * volume.readUInt16LE(128),
    ...labelled(paddedText(volume.subarray(40, 72))),
  };
}

const btrfsSuperblock = { offset: 65536, length: 1024 } as const;

/** Source: Linux, Documentation of btrfs, on-disk format, "Superblock". */
function parseBtrfs(superblock: Buffer): FileSystem | undefined {
  if (superblock.length < 1024 || superblock.toString("latin1", 64, 72) !== "_BHRfS_M") return undefined;
  return {
    kind: "btrfs",
    size: superblock.readUInt32LE(116) * 2 ** 32 + superblock.readUInt32LE(112),
    ...labelled(paddedText(superblock.subarray(299, 555))),
  };
}
