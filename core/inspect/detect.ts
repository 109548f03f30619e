import type { ByteSource } from "./byte-source.ts";
import { looksLikeFat, parseMbr, protectiveType } from "./disk/mbr.ts";
import { isoVolume, parseIso9660, parseLuks } from "./filesystem/probe.ts";

/** Formats that a file shows a signature of. */
export type DetectedFormat = "qcow2" | "mbr" | "gpt" | "iso" | "luks" | "vmdk" | "vdi" | "vhd" | "vhdx" | "qed";

/** QEMU looks for a descriptor of this many bytes at most (block/vmdk.c). */
const descriptorLimit = 2 ** 20 - 1;

/**
 * Every format whose signature is in the file; none for bytes that nobody knows, which is what `raw` means. The signatures are those of
 * oslo.utils (imageutils/format_inspector.py), which Glance and Ironic use, and a few more where it looks less closely: a VHD whose footer is at the end only,
 * a GPT without a master boot record.
 */
export async function detectFormats(source: ByteSource): Promise<DetectedFormat[]> {
  const head = await source.read(0, 4608);
  const volume = await source.read(isoVolume.offset, isoVolume.length);
  const footer = await source.read(Math.max(0, source.size - 512), 512);
  const text = (at: number, expected: string, from = head) =>
    from.toString("latin1", at, at + expected.length) === expected;
  const found: Record<DetectedFormat, boolean> = {
    qcow2: text(0, "QFI\xfb"),
    gpt: text(512, "EFI PART") || text(4096, "EFI PART") || hasProtectiveEntry(head),
    mbr: false,
    iso: parseIso9660(volume) !== undefined,
    luks: parseLuks(head) !== undefined,
    vmdk: text(0, "KDMV") || text(0, "COWD") || (await isVmdkDescriptor(source, head)),
    vdi: head.length >= 68 && head.readUInt32LE(64) === 0xbeda107f,
    vhd: text(0, "conectix") || text(0, "conectix", footer),
    vhdx: text(0, "vhdxfile"),
    qed: text(0, "QED\0"),
  };
  // One table, not two: a GPT has a master boot record in front of it.
  found.mbr = !found.gpt && parseMbr(head) !== undefined && !looksLikeFat(head);
  return (Object.keys(found) as DetectedFormat[]).filter((format) => found[format]);
}

function hasProtectiveEntry(head: Buffer): boolean {
  const mbr = parseMbr(head);
  return mbr !== undefined && !looksLikeFat(head) && mbr.entries.some(({ type }) => type === protectiveType);
}

/** A text that describes a disk in other files. qemu-img fills it up to a whole sector with zeros. */
async function isVmdkDescriptor(source: ByteSource, head: Buffer): Promise<boolean> {
  const beginning = head.subarray(0, 512);
  const zero = beginning.indexOf(0);
  const text = zero < 0 ? beginning : beginning.subarray(0, zero);
  if (text.length < 16 || !text.every(isText)) return false;
  const descriptor = await source.read(0, descriptorLimit);
  return (
    /createtype="/i.test(descriptor.toString("latin1")) || /^#\s*disk descriptorfile/i.test(head.toString("latin1"))
  );
}

/** Printable ASCII, or white space as Python sees it. */
function isText(byte: number): boolean {
  return (byte >= 0x1c && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}
