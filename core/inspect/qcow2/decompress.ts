import { constants, inflateRawSync, zstdDecompressSync } from "node:zlib";

const zstdMagic = 0xfd2fb528;

/**
 * One cluster out of its compressed bytes, which other bytes may follow: only whole sectors are counted in a qcow2 file.
 * @param type of the header: 0 zlib (raw deflate), 1 zstd
 * @returns undefined if these bytes do not come to exactly one cluster
 */
export function decompressCluster(packed: Buffer, type: number, size: number): Buffer | undefined {
  try {
    const bytes =
      type === 0
        ? inflateRawSync(packed, { maxOutputLength: size, finishFlush: constants.Z_SYNC_FLUSH })
        : zstdDecompressSync(packed.subarray(0, zstdFrameLength(packed)), { maxOutputLength: size });
    return bytes.length === size ? bytes : undefined;
  } catch {
    // Hostile or damaged: zlib's own words say nothing to a person.
    return undefined;
  }
}

/** Length of the first frame, because the decoder would take what follows for another one. Source: RFC 8878, section 3.1.1. */
function zstdFrameLength(bytes: Buffer): number {
  if (bytes.readUInt32LE(0) !== zstdMagic) return 0;
  const descriptor = bytes.readUInt8(4);
  const single = (descriptor >> 5) & 1;
  const contentSize = [single, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (single ? 0 : 1) + dictionary + contentSize;
  for (let last = false; !last;) {
    const block = bytes.readUIntLE(at, 3);
    last = (block & 1) === 1;
    const repeated = ((block >> 1) & 3) === 1;
    at += 3 + (repeated ? 1 : block >> 3);
  }
  const checksum = (descriptor >> 2) & 1 ? 4 : 0;
  return at + checksum;
}
