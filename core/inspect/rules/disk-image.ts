import type { DiskImageRule } from "./case.ts";
import { formatRules } from "./format.ts";
import { partitionTableRules } from "./partition-table.ts";
import { qcow2Rules } from "./qcow2.ts";
import { userImageRules } from "./user-image.ts";

/** All header rules of user images, in the order in which they are told. */
export const diskImageRules: readonly DiskImageRule[] = [
  ...formatRules,
  ...qcow2Rules,
  ...partitionTableRules,
  ...userImageRules,
];
