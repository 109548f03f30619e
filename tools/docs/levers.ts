/** What our builds do otherwise than plain ones, to be fast. */
export interface Lever {
  readonly what: string;
  /** With how it was measured. */
  readonly saves: string;
  /** That turns it off, and where. */
  readonly key: string;
  readonly same: string;
}

/** For docs/performance.md. */
export const levers: readonly Lever[] = [
  {
    what: "qcow2 packed with zstd, not with zlib",
    saves: "18.6 s of 23.0 s, an image of 1.75 GiB on 2 processors",
    key: "compression: zlib (recipe)",
    same: "The fingerprint knows it. What the disk holds is the same; the file is a little smaller.",
  },
  {
    what: "one initramfs where a run of apt would make two",
    saves: "17 s of 132 s, a plain build of Debian 12 on 2 processors",
    key: "deferInitramfs: false (recipe)",
    same: "The fingerprint knows it. The one that is made is the later of the two, from the same files.",
  },
  {
    what: "the tree that debootstrap made is used again while it would make the same one",
    saves: "the bar `debootstrap` of the second build on, see the chart",
    key: "baseRootDays: 0 (ironic-images:build)",
    same: "It is found by debootstrap's arguments, its program and the archive's InRelease, and believed by its digest; the distribution's updates come on top as in any build.",
  },
  {
    what: "packages that were fetched before are taken again",
    saves:
      "the download of 153 MB, a Debian 12 image with what debootstrap has left: 12 s at 100 Mbit/s, 2 s from a mirror beside it",
    key: "keepPackages: false (ironic-images:build)",
    same: "Each is compared by name and digest with the indices that apt has just verified; the others are fetched.",
  },
  {
    what: "`fsync` and its like are answered at once",
    saves: "depends on the disk; `overhead` has it turned off, `warm` on",
    key: "suppressSync: false (ironic-images:build)",
    same: "It changes when bytes reach the disk, and no byte. What is published is forced to the disk in any case.",
  },
];
