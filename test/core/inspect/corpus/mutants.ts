import type { WantedDiskImage } from "../../../../core/inspect/disk-image-facts.ts";
import { bios, partition, raw, uefi, type Workshop } from "./workshop.ts";

/** What the mutants are made of. */
export interface Original {
  readonly name: string;
  readonly path: string;
  readonly wanted: WantedDiskImage;
}

/** Changes of an original, as `oslo.ts` takes them. */
export interface Mutation {
  readonly changes: [number, string][];
  readonly size?: number;
}

/** Small files: good ones first, most of all mutants are theirs, because only there can an inspector be too lenient. */
export async function originals(shop: Workshop): Promise<{ good: Original[]; bad: Original[] }> {
  const ext = await shop.fileSystem("ext2", 128 * 1024, "-q", "-F", "-b", "1024");
  const fat = await shop.fileSystem("vfat", 128 * 1024);
  const convert = async (format: string, options: string, ...words: readonly string[]) => {
    const made = shop.free(format);
    await shop.run("qemu-img", "convert", ...words, "-f", "raw", "-O", format, "-o", options, ext, made);
    return made;
  };
  const good = [
    { name: "qcow2", path: await convert("qcow2", "cluster_size=4k"), wanted: partition },
    { name: "qcow2 v2", path: await convert("qcow2", "compat=0.10,cluster_size=512"), wanted: partition },
    { name: "qcow2 zlib", path: await convert("qcow2", "cluster_size=4k", "-c"), wanted: partition },
    {
      name: "qcow2 zstd",
      path: await convert("qcow2", "cluster_size=4k,compression_type=zstd", "-c"),
      wanted: partition,
    },
    { name: "ext2", path: ext, wanted: raw(partition) },
    { name: "FAT", path: fat, wanted: raw(partition) },
    { name: "MBR", path: await mbr(shop), wanted: raw(bios) },
    { name: "GPT", path: await gpt(shop, fat), wanted: raw(uefi) },
  ];
  const bad: Original[] = [];
  for (const [format, options] of [
    ["vmdk", "subformat=monolithicSparse"],
    ["vmdk", "subformat=streamOptimized"],
    ["vdi", "static=off"],
    ["vpc", "subformat=dynamic"],
    ["qed", "cluster_size=4k"],
    ["qcow2", "extended_l2=on,cluster_size=16k"],
    ["qcow2", `cluster_size=4k,data_file=${shop.free("data")}`],
  ] as const) {
    bad.push({ name: `${format} ${options}`, path: await convert(format, options), wanted: raw(partition) });
  }
  return { good, bad };
}

async function mbr(shop: Workshop): Promise<string> {
  const file = shop.empty(256 * 1024);
  await shop.run("parted", "-s", file, "mklabel", "msdos", "mkpart", "primary", "64KiB", "192KiB");
  return file;
}

async function gpt(shop: Workshop, fat: string): Promise<string> {
  const file = shop.empty(512 * 1024);
  await shop.run("sgdisk", "-a", "1", "-n", "1:128:+128K", "-t", "1:ef00", file);
  await shop.run("dd", `if=${fat}`, `of=${file}`, "bs=512", "seek=128", "conv=notrunc", "status=none");
  return file;
}

/** Signatures, and where they are looked for; negative: from the end. */
const signatures: readonly (readonly [number, string])[] = [
  [0, "514649fb"],
  [0, "51454400"],
  [0, "4b444d56"],
  [0, "636f6e6563746978"],
  [-512, "636f6e6563746978"],
  [0, "7668647866696c65"],
  [0, "4c554b53babe0001"],
  [0, "4c554b53babe0002"],
  [64, "7f10dabe"],
  [510, "55aa"],
  [510, "0000"],
  [512, "4546492050415254"],
  [32769, "4344303031"],
  [32769, "4e53523032"],
  [450, "ee"],
  [1080, "53ef"],
];

/** Where the bytes are that inspectors look at: first and last offset, how often. */
const places: readonly (readonly [number, number, number])[] = [
  [0, 112, 6],
  [440, 512, 5],
  [512, 620, 2],
  [1024, 1200, 2],
  [0x1000, 0x6000, 3],
  [0, 128 * 1024, 1],
];
const bytes = [0, 1, 2, 3, 4, 8, 0x10, 0x40, 0x7f, 0x80, 0xee, 0xff];

/** One to four changes: signatures, bytes, numbers of 64 bits; now and then the end is missing. */
export function mutate(random: () => number, size: number): Mutation {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const weighted = places.flatMap((place) => Array.from({ length: place[2] }, () => place));
  const changes: [number, string][] = [];
  for (let count = Math.floor(random() * 4) + 1; count > 0; count--) {
    if (random() < 0.15) {
      const [offset, digits] = pick(signatures);
      changes.push([offset < 0 ? size + offset : offset, digits]);
      continue;
    }
    const [first, last] = pick(weighted);
    const at = first + Math.floor(random() * (last - first));
    if (random() < 0.7) changes.push([at, hex(random() < 0.7 ? pick(bytes) : Math.floor(random() * 256))]);
    else changes.push([at - (at % 8), Array.from({ length: 8 }, () => hex(random() < 0.5 ? 0 : pick(bytes))).join("")]);
  }
  const within = changes.filter(([offset, digits]) => offset >= 0 && offset + digits.length / 2 <= size);
  return random() < 0.1 ? { changes: within, size: Math.floor(random() * size) } : { changes: within };
}

/** The original with these changes. */
export function mutated(original: Buffer, { changes, size }: Mutation): Buffer {
  const copy = Buffer.from(original);
  for (const [offset, digits] of changes) Buffer.from(digits, "hex").copy(copy, offset);
  return copy.subarray(0, size);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
