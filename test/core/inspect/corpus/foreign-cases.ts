import { randomBuffer, randomFrom } from "../random.ts";
import { partition, raw, uefi, type CorpusCase, type Workshop } from "./workshop.ts";

const disk = () => randomBuffer(randomFrom(8), 2 ** 20);
const error = ["no-foreign-format"];

/** Formats of qemu-img: name there, options, and why oslo.utils sees it otherwise, if so. */
const converted: readonly (readonly [string, string, string?])[] = [
  ["vmdk", "subformat=monolithicSparse"],
  ["vmdk", "subformat=streamOptimized"],
  [
    "vmdk",
    "subformat=monolithicFlat",
    "oslo.utils wants text without the zeros that qemu-img convert leaves behind it",
  ],
  ["vmdk", "subformat=twoGbMaxExtentSparse", "as before"],
  ["vdi", ""],
  ["vdi", "static=on"],
  ["vpc", "subformat=dynamic"],
  ["vpc", "subformat=fixed", "oslo.utils looks for the footer at the beginning only"],
  ["vhdx", ""],
  ["vhdx", "subformat=fixed"],
  ["qed", ""],
];

/** Bytes of two formats in one file. */
const polyglots: readonly (readonly [string, readonly (readonly [number, string])[]])[] = [
  [
    "VDI and MBR",
    [
      [64, "7f10dabe"],
      [446, "80"],
      [450, "83"],
      [458, "10"],
      [510, "55aa"],
    ],
  ],
  [
    "CD and MBR",
    [
      [0x8001, "4344303031"],
      [450, "83"],
      [458, "10"],
      [510, "55aa"],
    ],
  ],
  [
    "VHDX and CD",
    [
      [0, "7668647866696c65"],
      [0x8001, "4344303031"],
    ],
  ],
  [
    "LUKS and MBR",
    [
      [0, "4c554b53babe0001"],
      [450, "83"],
      [458, "10"],
      [510, "55aa"],
    ],
  ],
  [
    "QED and MBR",
    [
      [0, "51454400"],
      [450, "83"],
      [458, "10"],
      [510, "55aa"],
    ],
  ],
  [
    "VHD and VDI",
    [
      [0, "636f6e6563746978"],
      [64, "7f10dabe"],
    ],
  ],
];

export const foreignCases: readonly CorpusCase[] = [
  ...converted.map(([format, options, seenOtherwise]): CorpusCase => ({
    name: `${format} ${options}`.trim(),
    wanted: raw(partition),
    make: (shop) => shop.converted(disk(), format, ...(options === "" ? [] : ["-o", options])),
    errors: error,
    ...(seenOtherwise !== undefined && { seenOtherwise }),
  })),
  ...polyglots.map(([what, bytes]): CorpusCase => ({
    name: `${what} at once`,
    wanted: raw(uefi),
    make: (shop) => Promise.resolve(shop.changed(shop.empty(2 ** 20), bytes)),
    errors: ["one-format"],
  })),
  {
    name: "vmdk that names a file of the host",
    wanted: raw(partition),
    make: (shop) =>
      Promise.resolve(
        shop.file(
          Buffer.from(
            '# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 2048 FLAT "/etc/passwd" 0\n',
          ),
        ),
      ),
    errors: error,
  },
  {
    name: "vdi in a qcow2's place",
    wanted: partition,
    make: (shop) => shop.converted(disk(), "vdi"),
    errors: error,
  },
  iso("CD of xorriso", error),
  iso("CD of xorriso with a boot record", ["one-format"], "--protective-msdos-label"),
  {
    name: "qcow2 of a CD",
    needs: ["xorriso"],
    wanted: partition,
    make: async (shop) => {
      const made = shop.free();
      await shop.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", await makeIso(shop), made);
      return made;
    },
    errors: ["no-cd-inside"],
  },
  ...luks("luks1", false, ["luks-only-if-allowed"], []),
  ...luks("luks2", false, ["luks-only-if-allowed", "luks-version"], []),
  ...luks("luks1", true, [], ["luks-permitted-by-ironic"]),
  ...luks("luks2", true, ["luks-version"], ["luks-permitted-by-ironic"]),
];

function iso(name: string, errors: readonly string[], ...words: readonly string[]): CorpusCase {
  return { name, needs: ["xorriso"], wanted: raw(uefi), make: (shop) => makeIso(shop, ...words), errors };
}

async function makeIso(shop: Workshop, ...words: readonly string[]): Promise<string> {
  const made = shop.free("cd.iso");
  await shop.run("xorriso", "-as", "mkisofs", "-quiet", ...words, "-o", made, shop.file(Buffer.alloc(100_000, "cd")));
  return made;
}

/** The file itself is LUKS, and the same in a qcow2 file, which Glance and Ironic do not look into. */
function luks(
  type: "luks1" | "luks2",
  allowLuks: boolean,
  errors: readonly string[],
  warnings: readonly string[],
): readonly CorpusCase[] {
  const makeRaw = async (shop: Workshop) => shop.file(await shop.luks(type));
  const common = { needs: ["cryptsetup"], errors, warnings };
  return [
    {
      ...common,
      name: `${type}${allowLuks ? ", allowed" : ""}`,
      wanted: { ...raw(partition), allowLuks },
      make: makeRaw,
    },
    {
      needs: ["cryptsetup"],
      name: `qcow2 of ${type}${allowLuks ? ", allowed" : ""}`,
      wanted: { ...partition, allowLuks },
      make: async (shop) => {
        const made = shop.free();
        await shop.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", await makeRaw(shop), made);
        return made;
      },
      errors: allowLuks ? [] : ["luks-only-if-allowed"],
    },
  ];
}
