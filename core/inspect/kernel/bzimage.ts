import type { ByteSource } from "../byte-source.ts";
import type { KernelFacts } from "./kernel-facts.ts";

const sector = 512;
/** No release string of a kernel is longer (UTS_RELEASE is at most 64 bytes); what follows it is who built it. */
const versionSize = 256;

/** Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"; the numbers below are its offsets. */
export async function bzImage(source: ByteSource, head: Buffer): Promise<KernelFacts | undefined> {
  if (head.length < 0x240 || head.readUInt16LE(0x1fe) !== 0xaa55 || head.toString("latin1", 0x202, 0x206) !== "HdrS")
    return undefined;
  const protocol = head.readUInt16LE(0x206);
  // A zImage, which no distribution has made for decades: loaded low.
  if (protocol < 0x200 || (head.readUInt8(0x211) & 1) === 0) return undefined;
  // "If the setup_sects field contains 0, the real value is 4."
  const setupSize = ((head.readUInt8(0x1f1) || 4) + 1) * sector;
  const version = await versionAt(source, head.readUInt16LE(0x20e), setupSize);
  // xloadflags, bit 0, XLF_KERNEL_64.
  const is64Bit = protocol >= 0x20c && (head.readUInt16LE(0x236) & 1) === 1;
  const missing = protocol >= 0x204 ? setupSize + protectedModeSize(head) - source.size : 0;
  return {
    kind: "bzimage",
    architecture: is64Bit ? "amd64" : "i386",
    ...(version === undefined ? {} : { version }),
    ...(missing > 0 ? { missingBytes: missing } : {}),
  };
}

// syssize counts paragraphs of 16 bytes, the last of which may be part of one.
function protectedModeSize(head: Buffer): number {
  return Math.max(0, head.readUInt32LE(0x1f4) * 16 - 15);
}

/** The string that kernel_version points to, up to its first space: the release. */
async function versionAt(source: ByteSource, pointer: number, setupSize: number): Promise<string | undefined> {
  if (pointer === 0 || pointer + sector >= setupSize) return undefined;
  const text = (await source.read(pointer + sector, versionSize)).toString("latin1");
  return /^[0-9][\x21-\x7e]{0,63}(?=[ \0])/.exec(text)?.[0];
}
