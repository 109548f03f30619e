import { protectiveType, type Mbr } from "../disk/mbr.ts";
import { promisesGpt } from "../disk/partition-table.ts";
import { diskRule, type DiskImageRule } from "./case.ts";

const inspector = "oslo.utils imageutils/format_inspector.py, GPTInspector.check_mbr_partitions";
const uefi = "UEFI specification 2.10, section 5";

/** Whether a partition table can be relied on. */
export const partitionTableRules: readonly DiskImageRule[] = [
  {
    name: "boot-record-as-glance-demands",
    severity: "error",
    source: `${inspector}; an error in Glance 2026.2, and in Ironic`,
    check: ({ facts: { formats, disk } }) => {
      // Glance and Ironic look at the file, never at the disk inside a qcow2.
      const mbr = disk?.table.mbr;
      const looked = formats.includes("mbr") || formats.includes("gpt");
      const problem = looked && mbr ? bootRecordProblem(mbr) : undefined;
      return problem === undefined
        ? undefined
        : `its first sector ends as a boot record, and ${problem}, which Glance refuses in a raw image; use diskFormat: qcow2, or write the table anew with sgdisk or sfdisk`;
    },
  },
  diskRule("any", { name: "gpt-behind-its-boot-record", severity: "error", source: `${uefi}.2.3` }, ({ table }) => {
    if (table.gpt === undefined)
      return promisesGpt(table)
        ? "its first sector promises a GPT, and there is none; the image is damaged: build it again"
        : undefined;
    return promisesGpt(table)
      ? undefined
      : "it has a GPT, but no entry for it in the first sector, so firmware and kernel do not see it; repair it with sgdisk --verify, or build it again";
  }),
  diskRule("any", { name: "gpt-intact", severity: "error", source: `${uefi}.3.2` }, ({ table: { gpt } }) =>
    gpt?.problem === undefined ? undefined : `its GPT is damaged: ${gpt.problem}; build it again`,
  ),
  diskRule("any", { name: "gpt-backup", severity: "error", source: `${uefi}.3.2` }, ({ table: { gpt } }) => {
    if (gpt === undefined || gpt.problem !== undefined || gpt.backup === "good") return undefined;
    return gpt.backup === "missing"
      ? "the second GPT at the end of the disk is missing: the image was cut off; build or copy it again"
      : "the second GPT at the end of the disk is damaged; repair it with sgdisk --load-backup, or build it again";
  }),
  diskRule(
    "any",
    {
      name: "partitions-inside-disk",
      severity: "error",
      source: "Linux, block/partitions/core.c: truncated; nobody upstream looks before the deploy",
    },
    ({ table }, _wanted, { virtualSize }) => {
      const outside = table.partitions.filter(({ start, size }) => start + size > virtualSize);
      return outside.length === 0
        ? undefined
        : `partition ${outside.map(({ number }) => number).join(", ")} reaches behind the end of the disk: the image was cut off; build or copy it again`;
    },
  ),
];

/** The checks of the inspector, in its order. */
function bootRecordProblem({ entries }: Mbr): string | undefined {
  const used = entries.filter(({ type }) => type !== 0);
  const protective = entries.filter(({ type }) => type === protectiveType);
  if (entries.some(({ bootFlag }) => bootFlag !== 0 && bootFlag !== 0x80)) return "one of its four entries is none";
  if (protective.some(({ startChs, start }) => startChs !== 0x000200 || start !== 1))
    return "the entry of its GPT does not begin at sector 1";
  if (protective.length > 0 && (used.length > 1 || entries[0]?.type !== protectiveType))
    return "it has more entries than that of its GPT (a hybrid table)";
  return used.length === 0 ? "it has no partitions" : undefined;
}
