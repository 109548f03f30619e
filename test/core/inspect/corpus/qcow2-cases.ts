import { readFileSync, truncateSync } from "node:fs";
import { scatteredTables } from "../qcow2/scattered.ts";
import { bios, partition, raw, uefi, type CorpusCase } from "./workshop.ts";

const needs = ["mkfs.ext4"];

/** Good qcow2 files of one ext4 file system: options of `-o`, and further words. */
const variants: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["compat=0.10", []],
  ["compat=0.10,cluster_size=512", []],
  ["cluster_size=4k", []],
  ["cluster_size=2M", []],
  ["", ["-c"]],
  ["cluster_size=512", ["-c"]],
  ["compression_type=zstd", []],
  ["compression_type=zstd", ["-c"]],
  ["lazy_refcounts=on", []],
  ["refcount_bits=1", []],
  ["refcount_bits=64", []],
  ["preallocation=metadata", []],
  ["preallocation=falloc", []],
  ["preallocation=full", []],
];

/** A good file with other bytes in its header or tables: what they say, offset and bytes, rules that find it. */
const changes: readonly (readonly [string, readonly (readonly [number, string])[], readonly string[]])[] = [
  ["of version 1", [[4, "00000001"]], ["qcow2-version"]],
  ["of version 4", [[4, "00000004"]], ["qcow2-version"]],
  ["with an offset of a backing file and no name", [[8, "0000000000000200"]], ["qcow2-no-backing-file"]],
  ["with a backing file behind its end", [[8, "7fffffffffffffff00000400"]], ["qcow2-no-backing-file"]],
  ["that was not closed", [[79, "01"]], ["qcow2-closed-well"]],
  ["that is marked as damaged", [[79, "02"]], ["qcow2-closed-well"]],
  ["with the bit of a data file", [[79, "04"]], ["qcow2-no-data-file"]],
  ["with an unknown feature", [[72, "80"]], ["qcow2-known-features"]],
  ["with an unknown compatible feature", [[80, "80"]], []],
  ["with an unknown compression", [[104, "07"]], ["qcow2-known-compression"]],
  ["with zstd that its bits do not announce", [[104, "01"]], ["qcow2-known-compression"]],
  ["with AES", [[32, "00000001"]], ["qcow2-not-encrypted"]],
  ["with LUKS of QEMU", [[32, "00000002"]], ["qcow2-not-encrypted"]],
  ["with clusters of 2^63 bytes", [[20, "0000003f"]], ["qcow2-tables"]],
  ["with clusters of one byte", [[20, "00000000"]], ["qcow2-tables"]],
  ["of an endless disk", [[24, "ffffffffffffffff"]], ["qcow2-tables"]],
  ["of a disk for which its clusters are too small", [[20, "000000090000001000000000"]], ["qcow2-tables"]],
  ["with a first table that is too short", [[36, "00000000"]], ["qcow2-tables"]],
  ["with a first table behind its end", [[40, "0000000100000000"]], ["qcow2-tables"]],
  ["with a first table between clusters", [[40, "0000000000030008"]], ["qcow2-tables"]],
  ["with a second table behind its end", [[0x30000, "8000000100000000"]], ["qcow2-clusters-inside"]],
  ["with a second table between clusters", [[0x30000, "8000000000040200"]], ["qcow2-clusters-aligned"]],
  ["with data behind its end", [[0x40000, "8000000100000000"]], ["qcow2-clusters-inside"]],
  ["with data where no number reaches", [[0x40000, "80ffffffffff0000"]], ["qcow2-clusters-inside"]],
  ["with compressed data behind its end", [[0x40000, "4000000100000000"]], ["qcow2-clusters-inside"]],
  ["with counts behind its end", [[0x10000, "0000000100000000"]], ["qcow2-clusters-inside"]],
  ["with 2^32 clusters of counts", [[56, "ffffffff"]], ["qcow2-tables"]],
  ["and a boot record in its header", [[510, "55aa"]], ["one-format"]],
  ["and a CD behind its header", [[0x8001, "4344303031"]], ["one-format"]],
  ["and a VDI in its header", [[64, "7f10dabe"]], ["one-format"]],
];

export const qcow2Cases: readonly CorpusCase[] = [
  ...variants.map(([options, words]): CorpusCase => ({
    name: ["qcow2", options, ...words].join(" ").trim(),
    needs,
    wanted: partition,
    make: (shop) => shop.qcow2(options, ...words),
    errors: [],
  })),
  ...changes.map(([what, bytes, errors]): CorpusCase => ({
    name: `qcow2 ${what}`,
    needs,
    wanted: partition,
    make: async (shop) => shop.changed(await shop.qcow2(), bytes),
    errors,
  })),
  ...([0.3, 0.6, 0.99] as const).map((share): CorpusCase => ({
    name: `qcow2 of which ${share * 100} % are left`,
    needs,
    wanted: partition,
    make: async (shop) => {
      const whole = await shop.qcow2("preallocation=full");
      return shop.changed(whole, [], Math.floor(readFileSync(whole).length * share));
    },
    errors: ["qcow2-clusters-inside"],
  })),
  {
    name: "qcow2 whose header is cut off",
    needs,
    wanted: partition,
    make: async (shop) => shop.changed(await shop.qcow2(), [], 70),
    errors: ["qcow2-whole-header"],
    seenOtherwise: "oslo.utils wants 512 bytes before it knows anything",
  },
  {
    name: "qcow2 whose second tables lie in 65537 places (by hand)",
    wanted: partition,
    make: (shop) => {
      const { start, size } = scatteredTables(65_537, 4608);
      const made = shop.file(start);
      truncateSync(made, size);
      return Promise.resolve(made);
    },
    errors: ["qcow2-tables-together"],
  },
  {
    name: "qcow2 compressed, with a cluster that does not unpack",
    needs,
    wanted: partition,
    make: async (shop) => shop.changed(await shop.qcow2("", "-c"), [[0x50000, Buffer.alloc(300, 0xff)]]),
    errors: ["disk-readable"],
  },
  {
    name: "qcow2 with a backing file",
    needs,
    wanted: partition,
    make: async (shop) => {
      const made = shop.free();
      const base = shop.file(await shop.ext4());
      await shop.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", made);
      return made;
    },
    errors: ["qcow2-no-backing-file"],
  },
  {
    name: "qcow2 with a backing file, version 2",
    needs,
    wanted: partition,
    make: async (shop) => {
      const made = shop.free();
      const base = shop.file(await shop.ext4());
      await shop.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "compat=0.10", "-b", base, "-F", "raw", made);
      return made;
    },
    errors: ["qcow2-no-backing-file"],
  },
  ...(["", ",data_file_raw=on"] as const).map((more): CorpusCase => ({
    name: `qcow2 with a data file${more}`,
    needs,
    wanted: partition,
    make: (shop) => shop.qcow2(`data_file=${shop.free("data")}${more}`),
    errors: ["qcow2-no-data-file"],
  })),
  {
    name: "qcow2 with extended second tables",
    needs,
    wanted: partition,
    make: (shop) => shop.qcow2("extended_l2=on,cluster_size=128k"),
    errors: ["qcow2-known-features"],
  },
  {
    name: "qcow2 with a snapshot",
    needs,
    wanted: partition,
    make: async (shop) => {
      const made = await shop.qcow2();
      await shop.run("qemu-img", "snapshot", "-c", "before", made);
      return made;
    },
    errors: [],
    warnings: ["qcow2-no-snapshots"],
  },
  {
    name: "qcow2 with a bitmap",
    needs,
    wanted: partition,
    make: async (shop) => {
      const made = await shop.qcow2();
      await shop.run("qemu-img", "bitmap", "--add", made, "b");
      return made;
    },
    errors: [],
  },
  {
    name: "qcow2 that became larger than its file system",
    needs,
    wanted: partition,
    make: async (shop) => {
      const made = await shop.qcow2();
      await shop.run("qemu-img", "resize", "-q", made, "1G");
      return made;
    },
    errors: [],
  },
  {
    name: "qcow2 of an empty disk, as a partition image",
    wanted: partition,
    make: (shop) => shop.converted(Buffer.alloc(2 ** 20), "qcow2"),
    errors: ["partition-image-is-file-system"],
  },
  {
    name: "qcow2 declared raw",
    needs,
    wanted: raw(partition),
    make: (shop) => shop.qcow2(),
    errors: ["declared-format"],
  },
  {
    name: "qcow2 of a disk with an MBR",
    needs: [...needs, "parted"],
    wanted: bios,
    make: async (shop) => shop.converted(await shop.mbr(), "qcow2", "-c"),
    errors: [],
  },
  {
    name: "qcow2 of a disk with an MBR, as a partition image",
    needs: [...needs, "parted"],
    wanted: partition,
    make: async (shop) => shop.converted(await shop.mbr(), "qcow2"),
    errors: ["partition-image-without-table"],
  },
  {
    name: "qcow2 of a disk with an MBR, for UEFI",
    needs: [...needs, "parted"],
    wanted: uefi,
    make: async (shop) => shop.converted(await shop.mbr(), "qcow2"),
    errors: ["uefi-needs-gpt"],
  },
  ...[uefi, bios].map((wanted): CorpusCase => ({
    name: `qcow2 of a disk with a GPT, for ${wanted.firmware}`,
    needs: [...needs, "sgdisk", "mkfs.vfat"],
    wanted,
    make: async (shop) => shop.converted(await shop.gpt(), "qcow2", "-c", "-o", "compression_type=zstd"),
    errors: [],
  })),
  {
    name: "qcow2 of a file system, as a whole disk",
    needs,
    wanted: uefi,
    make: (shop) => shop.qcow2(),
    errors: ["whole-disk-image-has-table"],
  },
];
