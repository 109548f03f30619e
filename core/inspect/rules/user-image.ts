import { partitionTypes } from "../disk/gpt.ts";
import type { DiskFacts, WantedDiskImage } from "../disk-image-facts.ts";
import type { FileSystem } from "../filesystem/superblock.ts";
import { diskRule, type DiskImageRule } from "./case.ts";

const ironic =
  "Ironic, doc/source/user/creating-images.rst; ironic/common/images.py is_whole_disk_image: what it is registered as is what is deployed";
const convertKind = "correct the recipe's kind, or its elements";

/** What Ironic needs of a partition image, and of a whole-disk image under the firmware that is meant. */
export const userImageRules: readonly DiskImageRule[] = [
  diskRule("partition", { name: "partition-image-without-table", severity: "error", source: ironic }, ({ table }) =>
    table.kind === undefined
      ? undefined
      : `it is a partition image by its recipe, and has a partition table (${table.kind}); ${convertKind}`,
  ),
  diskRule(
    "partition",
    { name: "partition-image-is-file-system", severity: "error", source: ironic },
    ({ table, fileSystems }) =>
      table.kind === undefined && fileSystems.length === 0
        ? "it is a partition image by its recipe, and no file system that is known begins there (ext2, ext3, ext4, XFS, VFAT, btrfs); build it again"
        : undefined,
  ),
  diskRule(
    "any",
    {
      name: "one-file-system",
      severity: "error",
      source: "util-linux, libblkid blkid_do_safeprobe: of an ambivalent result (-2) nothing is mounted",
    },
    ({ table, fileSystems }) => {
      const kinds = [...fileSystems.map(({ kind }) => kind), ...(table.kind === "mbr" ? ["a partition table"] : [])];
      return kinds.length > 1 && fileSystems.length > 0
        ? `it begins as ${kinds.join(" and ")} at once, so nobody can tell what to mount; build it again on an empty disk`
        : undefined;
    },
  ),
  diskRule(
    "any",
    {
      name: "no-cd-inside",
      severity: "error",
      source:
        "Ironic deploys disks; oslo.utils ISOInspector looks at the file, so a CD in a qcow2 file passes every inspector upstream",
    },
    ({ fileSystems }, _wanted, { formats }) =>
      fileSystems.some(({ kind }) => kind === "iso9660") && formats.includes("qcow2")
        ? "the disk inside is a CD (ISO 9660); build a disk image"
        : undefined,
  ),
  diskRule(
    "partition",
    {
      name: "file-system-inside-image",
      severity: "error",
      source: "Linux, fs/ext4/super.c: bad geometry, block count exceeds size of device; it is not mounted",
    },
    ({ fileSystems }, _wanted, { virtualSize }) => tooLarge(fileSystems, virtualSize),
  ),
  diskRule(
    "whole-disk",
    { name: "file-systems-inside-partitions", severity: "error", source: "as file-system-inside-image" },
    ({ partitions }) => partitions.map(({ fileSystems, size }) => tooLarge(fileSystems, size)).find(Boolean),
  ),
  diskRule(
    "whole-disk",
    { name: "whole-disk-image-has-table", severity: "error", source: ironic },
    ({ table, fileSystems }, { allowLuks }) =>
      table.kind !== undefined || (allowLuks && fileSystems.some(({ kind }) => kind === "luks"))
        ? undefined
        : `it is a whole-disk image by its recipe, and has no partition table${fileSystems[0] ? ` but is an ${fileSystems[0].kind} file system` : ""}; ${convertKind}`,
  ),
  firmwareRule(
    "uefi",
    {
      name: "uefi-needs-gpt",
      severity: "error",
      source:
        "diskimage-builder, element block-device-efi; ironic-python-agent, disk_utils.py make_partitions: for UEFI both write a GPT; the EFI partition in an MBR that UEFI specification 2.10, section 5.2.2 allows is made by neither",
    },
    ({ table }) =>
      table.kind === "mbr"
        ? "firmware: uefi needs a GPT, and it has an MBR; add the element block-device-efi"
        : undefined,
  ),
  firmwareRule(
    "uefi",
    {
      name: "uefi-needs-esp",
      severity: "error",
      source: "UEFI specification 2.10, section 13.3: firmware boots from a FAT file system in an EFI system partition",
    },
    ({ table, partitions }) => {
      if (table.kind !== "gpt") return undefined;
      const system = partitions.filter(({ type }) => type === partitionTypes.efiSystem);
      if (system.length === 0)
        return "firmware: uefi needs an EFI system partition, and there is none; add the element block-device-efi";
      return system.some(({ fileSystems }) => fileSystems.some(({ kind }) => kind === "vfat"))
        ? undefined
        : "its EFI system partition has no FAT file system; build it again";
    },
  ),
  firmwareRule(
    "bios",
    {
      name: "bios-needs-boot-code",
      severity: "error",
      source: "GNU GRUB manual, section 3.4: a BIOS runs what stands in the first sector, GRUB's boot.img",
    },
    ({ table }) =>
      table.mbr?.bootCode
        ? undefined
        : "firmware: bios needs boot code in the first sector, and there is none; add the element bootloader, or set firmware: uefi",
  ),
  firmwareRule(
    "bios",
    { name: "bios-on-gpt-needs-boot-partition", severity: "error", source: "GNU GRUB manual, section 3.4" },
    ({ table, partitions }) =>
      table.kind === "gpt" && !partitions.some(({ type }) => type === partitionTypes.biosBoot)
        ? "firmware: bios on a GPT needs a BIOS boot partition for GRUB, and there is none; use block-device-gpt of diskimage-builder, or block-device-mbr"
        : undefined,
  ),
];

/** Whole-disk images for one firmware whose table can be read: if it cannot, that is said. */
function firmwareRule(
  firmware: NonNullable<WantedDiskImage["firmware"]>,
  rule: Omit<DiskImageRule, "check">,
  check: (disk: DiskFacts) => string | undefined,
): DiskImageRule {
  return diskRule("whole-disk", rule, (disk, wanted) =>
    wanted.firmware === firmware && disk.table.kind !== undefined && disk.table.gpt?.problem === undefined
      ? check(disk)
      : undefined,
  );
}

function tooLarge(fileSystems: readonly FileSystem[], room: number): string | undefined {
  const large = fileSystems.find(({ size }) => size !== undefined && size > room);
  return large
    ? `its ${large.kind} file system has ${large.size} bytes, and there is room for ${room}: the image was cut off; build or copy it again`
    : undefined;
}
