import { constants, gunzipSync } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { bzImage } from "./bzimage.ts";
import type { KernelFacts } from "./kernel-facts.ts";

/** Bytes from the beginning that all headers lie in. */
const headSize = 4096;

/** Reads the header; undefined if the file is no kernel that a boot loader of x86 or UEFI starts. */
export async function readKernel(source: ByteSource): Promise<KernelFacts | undefined> {
  const head = await source.read(0, headSize);
  return (await bzImage(source, head)) ?? arm64Image(head) ?? efiZboot(source, head) ?? packedArm64Image(head);
}

/** Linux Documentation/arch/arm64/booting.rst, "Call the kernel image": magic `ARM\x64` at 56. */
function arm64Image(head: Buffer): KernelFacts | undefined {
  if (head.length < 64 || head.readUInt32LE(56) !== 0x644d5241) return undefined;
  return { kind: "arm64-image", architecture: "arm64" };
}

/** The same packed with gzip, as Ubuntu ships it (booting.rst, "Decompress the kernel image"). */
function packedArm64Image(head: Buffer): KernelFacts | undefined {
  const image = arm64Image(beginningOfGzip(head));
  return image === undefined ? undefined : { ...image, compression: "gzip" };
}

/** As much as the first bytes of a gzip file unpack to; 4 KiB of deflate are at most 4 MiB. Empty if it is none. */
export function beginningOfGzip(head: Buffer): Buffer {
  if (head.length < 18 || head.readUInt16BE(0) !== 0x1f8b) return Buffer.alloc(0);
  try {
    return gunzipSync(head.subarray(0, headSize), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

// IMAGE_FILE_MACHINE_* of the PE format.
const machines: Readonly<Record<number, KernelFacts["architecture"]>> = {
  0x8664: "amd64",
  0xaa64: "arm64",
  0x14c: "i386",
  0x5064: "riscv64",
  0x6264: "loongarch64",
};

/** Linux drivers/firmware/efi/libstub/zboot-header.S: `MZ`, `zimg` at 4, offset and size of the payload, its compression at 24. */
function efiZboot(source: ByteSource, head: Buffer): KernelFacts | undefined {
  if (head.length < 64 || head.toString("latin1", 0, 2) !== "MZ" || head.toString("latin1", 4, 8) !== "zimg")
    return undefined;
  const payload = { offset: head.readUInt32LE(8), size: head.readUInt32LE(12) };
  const compression = /^[a-z0-9]*/.exec(head.toString("latin1", 24, 56))?.[0] ?? "";
  const header = head.readUInt32LE(60);
  const hasHeader = header + 6 <= head.length && head.readUInt32BE(header) === 0x50450000;
  const machine = hasHeader ? head.readUInt16LE(header + 4) : 0;
  const missing = payload.offset + payload.size - source.size;
  return {
    kind: "efi-zboot",
    architecture: machines[machine] ?? "unknown",
    compression,
    payload,
    ...(missing > 0 ? { missingBytes: missing } : {}),
  };
}
