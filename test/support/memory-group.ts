import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import tmp from "tmp";

/**
 * A control group whose processes may have so much memory together, gone after the test; undefined where none can be made.
 * Its directory's `cgroup.procs` takes processes in.
 */
export function memoryGroup(t: TestContext, limitMiB: number): string | undefined {
  const name = basename(tmp.tmpNameSync({ prefix: "ironic-images-test" }));
  // Version 1 and version 2 of control groups.
  for (const [root, limit] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const) {
    const group = join(root, name);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (existsSync(join(group, limit))) {
      writeFileSync(join(group, limit), String(limitMiB * 2 ** 20));
      t.after(() => rmdirSync(group));
      return group;
    }
    rmdirSync(group);
  }
  return undefined;
}
