/** What a file system says of itself in its superblock. */
export interface FileSystem {
  readonly kind: "ext2" | "ext3" | "ext4" | "xfs" | "vfat" | "btrfs" | "iso9660" | "luks";
  /** In bytes, as it says itself; unknown for LUKS. */
  readonly size?: number;
  readonly label?: string;
  /** LUKS: of the header. */
  readonly version?: number;
}

/** Text that is padded with zeros or spaces; undefined if nothing is left. */
export function paddedText(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(0);
  const text = bytes.toString("utf8", 0, end < 0 ? bytes.length : end).trimEnd();
  return text === "" ? undefined : text;
}

/** A property that is left out where there is no value. */
export function labelled(label: string | undefined): { label?: string } {
  return label === undefined ? {} : { label };
}
