/** What a part of an initramfs can be: an archive, or one that is packed with what Linux knows. */
export type PartKind = "cpio" | "gzip" | "zstd" | "xz" | "lzma" | "bzip2" | "lz4" | "lzo";

/** Beginnings: of cpio's new format (Linux usr/gen_init_cpio.c), and of the compressions in Linux lib/decompress.c. */
const beginnings: readonly (readonly [PartKind, string])[] = [
  ["cpio", "303730373031"],
  ["cpio", "303730373032"],
  ["gzip", "1f8b"],
  ["zstd", "28b52ffd"],
  ["xz", "fd377a585a00"],
  ["lzma", "5d0000"],
  ["bzip2", "425a68"],
  // The old frame, which the kernel's decompressor wants: lz4 -l.
  ["lz4", "02214c18"],
  ["lzo", "894c5a4f"],
];

/** What begins with these bytes; undefined if it is nothing that Linux unpacks. */
export function partKind(head: Buffer): PartKind | undefined {
  const hex = head.subarray(0, 6).toString("hex");
  return beginnings.find(([, magic]) => hex.startsWith(magic))?.[0];
}
