import type { Rule } from "../finding.ts";
import type { DiskFacts, DiskImageFacts, WantedDiskImage } from "../disk-image-facts.ts";

/** What a rule of disk images is given. */
export interface DiskImageCase {
  readonly wanted: WantedDiskImage;
  readonly facts: DiskImageFacts;
}

export type DiskImageRule = Rule<DiskImageCase>;

/** A rule about the disk inside, for images of one kind; others and what cannot be read are not its concern. */
export function diskRule(
  kind: WantedDiskImage["kind"] | "any",
  rule: Omit<DiskImageRule, "check">,
  check: (disk: DiskFacts, wanted: WantedDiskImage, facts: DiskImageFacts) => string | undefined,
): DiskImageRule {
  return {
    ...rule,
    check: ({ wanted, facts }) =>
      facts.disk === undefined || (kind !== "any" && wanted.kind !== kind)
        ? undefined
        : check(facts.disk, wanted, facts),
  };
}

/** Why a disk or partition is encrypted, for the two rules that ask. */
export function hasLuks(disk: DiskFacts): boolean {
  const all = [...disk.fileSystems, ...disk.partitions.flatMap(({ fileSystems }) => fileSystems)];
  return all.some(({ kind }) => kind === "luks");
}
