import { constants, gunzipSync } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { bzImage } from "./bzimage.ts";

/** What a kernel's header says. */
export interface KernelFacts {
  /** x86's bzImage, arm64's Image (bare or within gzip), or an EFI program that unpacks a kernel (CONFIG_EFI_ZBOOT). */
  readonly kind: "bzimage" | "arm64-image" | "efi-zboot";
  /** In diskimage-builder's words where it has one. */
  readonly architecture: "amd64" | "arm64" | "i386" | "riscv64" | "loongarch64" | "unknown";
  /** What `uname -r` will say. bzImage only: others have it in their body, see `bannerVersion`. */
  readonly version?: string;
  /** Packing around the whole file, or of the payload. */
  readonly compression?: string;
  /** Where the packed payload of a zboot kernel lies, in bytes. */
  readonly payload?: { readonly offset: number; readonly size: number };
  /** Bytes that the header promises and the file does not have. */
  readonly missingBytes?: number;
}

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
