import { randomBuffer, randomFrom } from "../random.ts";
import { bios, partition, raw, uefi, type CorpusCase, type Workshop } from "./workshop.ts";

const mbrTools = ["parted", "mkfs.ext4"];
const gptTools = ["sgdisk", "mkfs.ext4", "mkfs.vfat"];
const mib = 2 ** 20;

/** A file with one file system: `mkfs.<kind>`, its words, size in MiB. */
const fileSystems: readonly (readonly [string, readonly string[], number, readonly string[]])[] = [
  ["ext2", ["-q", "-F"], 2, []],
  ["ext3", ["-q", "-F"], 4, []],
  ["ext4", ["-q", "-F"], 4, []],
  ["ext4", ["-q", "-F", "-b", "4096", "-O", "64bit,metadata_csum"], 8, []],
  ["xfs", ["-q"], 20, []],
  ["vfat", ["-F", "12"], 1, []],
  ["vfat", ["-F", "16"], 16, []],
  ["vfat", ["-F", "32"], 40, []],
  // Glance takes every boot sector for a boot record that is not FAT with two tables on a fixed disk.
  ["vfat", ["-f", "1"], 1, ["boot-record-as-glance-demands"]],
];

/** The disk with an MBR with other bytes. */
const mbrChanges: readonly (readonly [string, readonly (readonly [number, string])[], readonly string[]])[] = [
  ["whose partition is active", [[446, "80"]], []],
  ["with an entry that is none", [[446, "17"]], ["boot-record-as-glance-demands", "whole-disk-image-has-table"]],
  ["without partitions", [[446, "00".repeat(64)]], ["boot-record-as-glance-demands", "whole-disk-image-has-table"]],
  ["without boot code", [[0, "00".repeat(440)]], ["bios-needs-boot-code"]],
  ["whose partition is larger than the disk", [[458, "00000100"]], ["partitions-inside-disk"]],
  ["whose partition is smaller than its file system", [[458, "00080000"]], ["file-systems-inside-partitions"]],
  ["whose signature is gone", [[510, "0000"]], ["whole-disk-image-has-table"]],
  [
    "whose first entry is that of a GPT",
    [[450, "ee"]],
    ["boot-record-as-glance-demands", "gpt-behind-its-boot-record"],
  ],
  [
    "and a file system at its beginning",
    [
      [1024 + 56, "53ef"],
      [1024, "10"],
      [1024 + 32, "10"],
    ],
    ["one-file-system"],
  ],
];

/** The disk with a GPT with other bytes. */
const gptChanges: readonly (readonly [string, readonly (readonly [number, string])[], readonly string[]])[] = [
  ["whose header is damaged", [[512 + 40, "ff"]], ["gpt-intact"]],
  ["whose entries are damaged", [[1024 + 127, "ff"]], ["gpt-intact"]],
  ["with 2^32 entries", [[512 + 80, "ffffffff"]], ["gpt-intact"]],
  ["whose copy is damaged", [[7 * mib - 512 + 40, "ff"]], ["gpt-backup"]],
  ["whose copy is gone", [[7 * mib - 512, "00".repeat(512)]], ["gpt-backup"]],
  ["with a boot record that begins elsewhere", [[447, "000300"]], ["boot-record-as-glance-demands"]],
  ["with a boot record at another sector", [[454, "02"]], ["boot-record-as-glance-demands"]],
  ["whose EFI system partition is empty", [[mib, "00".repeat(512)]], ["uefi-needs-esp"]],
];

export const rawCases: readonly CorpusCase[] = [
  ...fileSystems.map(([kind, words, size, errors]): CorpusCase => ({
    name: `raw ${kind} made with ${words.join(" ")}`,
    needs: [`mkfs.${kind}`],
    wanted: raw(partition),
    make: (shop) => shop.fileSystem(kind, size * mib, ...words),
    errors,
  })),
  ...mbrChanges.map(([what, bytes, errors]): CorpusCase => ({
    name: `raw MBR ${what}`,
    needs: mbrTools,
    wanted: raw(bios),
    make: async (shop) =>
      shop.changed(
        shop.file(await shop.mbr()),
        // The same file system twice, where two are wanted.
        bytes,
      ),
    errors,
  })),
  ...gptChanges.map(([what, bytes, errors]): CorpusCase => ({
    name: `raw GPT ${what}`,
    needs: gptTools,
    wanted: raw(uefi),
    make: async (shop) => shop.changed(shop.file(await shop.gpt()), bytes),
    errors,
  })),
  ...[uefi, bios].map((wanted): CorpusCase => ({
    name: `raw GPT of sgdisk, for ${wanted.firmware}`,
    needs: gptTools,
    wanted: raw(wanted),
    make: async (shop) => shop.file(await shop.gpt()),
    errors: [],
  })),
  ...([0.5, 0.9] as const).map((share): CorpusCase => ({
    name: `raw GPT of which ${share * 100} % are left`,
    needs: gptTools,
    wanted: raw(uefi),
    make: async (shop) => shop.changed(shop.file(await shop.gpt()), [], share * 7 * mib),
    errors: ["gpt-backup", ...(share < 0.9 ? ["partitions-inside-disk"] : [])],
  })),
  table("MBR of parted", "parted", bios, [], (shop, file) =>
    shop.run("parted", "-s", file, "mklabel", "msdos", "mkpart", "primary", "1MiB", "3MiB"),
  ),
  table("MBR of parted with a logical partition", "parted", bios, [], (shop, file) =>
    shop.run(
      ...(["parted", "-s", file, "mklabel", "msdos", "mkpart", "extended", "1MiB", "4MiB"] as const),
      ...["mkpart", "logical", "2MiB", "3MiB"],
    ),
  ),
  table("GPT of parted without EFI system partition", "parted", uefi, ["uefi-needs-esp"], (shop, file) =>
    shop.run("parted", "-s", file, "mklabel", "gpt", "mkpart", "root", "1MiB", "3MiB"),
  ),
  table(
    "GPT of parted, for BIOS",
    "parted",
    bios,
    ["bios-needs-boot-code", "bios-on-gpt-needs-boot-partition"],
    (shop, file) => shop.run("parted", "-s", file, "mklabel", "gpt", "mkpart", "root", "1MiB", "3MiB"),
  ),
  table("GPT without partitions", "sgdisk", uefi, ["uefi-needs-esp"], (shop, file) => shop.run("sgdisk", "-o", file)),
  table("hybrid table of sgdisk", "sgdisk", uefi, ["boot-record-as-glance-demands", "uefi-needs-esp"], (shop, file) =>
    shop.run("sgdisk", "-n", "1:2048:4096", "-h", "1", file),
  ),
  table("MBR of sfdisk", "sfdisk", bios, ["bios-needs-boot-code"], (shop, file) => sfdisk(shop, file, "dos", "83")),
  table("GPT of sfdisk", "sfdisk", uefi, ["uefi-needs-esp"], (shop, file) => sfdisk(shop, file, "gpt", "U")),
  {
    name: "raw ext4 that is cut off",
    needs: ["mkfs.ext4"],
    wanted: raw(partition),
    make: async (shop) => shop.changed(shop.file(await shop.ext4()), [], mib),
    errors: ["file-system-inside-image"],
  },
  {
    name: "raw ext4 with boot code in front of it",
    needs: ["mkfs.ext4"],
    wanted: raw(partition),
    make: async (shop) =>
      shop.changed(shop.file(await shop.ext4()), [
        [0, "eb63"],
        [510, "55aa"],
      ]),
    errors: ["boot-record-as-glance-demands"],
  },
  {
    name: "raw ext4 declared qcow2",
    needs: ["mkfs.ext4"],
    wanted: partition,
    make: async (shop) => shop.file(await shop.ext4()),
    errors: ["declared-format"],
  },
  {
    name: "raw MBR as a partition image",
    needs: mbrTools,
    wanted: raw(partition),
    make: async (shop) => shop.file(await shop.mbr()),
    errors: ["partition-image-without-table"],
  },
  nothing("zeros", (shop) => shop.empty(mib)),
  nothing("random bytes", (shop) => shop.file(randomBuffer(randomFrom(3), mib))),
  nothing("a hundred bytes", (shop) => shop.file(Buffer.alloc(100, "x"))),
  nothing("one byte", (shop) => shop.file(Buffer.from("\0"))),
  nothing("a shell script", (shop) => shop.file(Buffer.from("#!/bin/sh\necho hello\n".repeat(500)))),
];

/** An 8 MiB disk on which one tool wrote a table, and nothing else. */
function table(
  name: string,
  tool: string,
  wanted: CorpusCase["wanted"],
  errors: readonly string[],
  write: (shop: Workshop, file: string) => Promise<void>,
): CorpusCase {
  const make = async (shop: Workshop) => {
    const file = shop.empty(8 * mib);
    await write(shop, file);
    return file;
  };
  return { name: `raw ${name}`, needs: [tool], wanted: raw(wanted), make, errors };
}

async function sfdisk(shop: Workshop, file: string, label: string, type: string): Promise<void> {
  const script = shop.file(
    Buffer.from(`label: ${label}\nstart=2048, size=2048, type=${type === "U" ? "linux" : type}\n`),
  );
  await shop.run("sh", "-c", `sfdisk -q "$1" <"$2"`, "sh", file, script);
}

/** Bytes that are no disk image of any kind. */
function nothing(name: string, make: (shop: Workshop) => string): CorpusCase {
  return {
    name: `raw: ${name}`,
    wanted: raw(partition),
    make: (shop) => Promise.resolve(make(shop)),
    errors: ["partition-image-is-file-system"],
  };
}
