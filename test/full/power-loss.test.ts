import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { execa } from "execa";
import { publishSteps, type PublishStep } from "../../core/artifacts/publish-steps.ts";
import { unpublished } from "../core/artifacts/samples.ts";
import { cutPowerAtEachStep } from "../core/artifacts/power-loss.ts";
import { cannotMount, projectDirectory } from "../core/artifacts/support.ts";

const { name, fingerprint } = unpublished();

for (const [kind, make, options] of [
  // Without a commit every 5 s: what nobody forces to the disk does not get there.
  ["ext4", "mkfs.ext4 -q -F", "commit=3600"],
  ["xfs", "mkfs.xfs -q", "noatime"],
] as const) {
  test(`fault 30: after a power cut at any step of publishing onto ${kind} there is no record without its bytes`, async (t) => {
    const lacking = cannotMount() ?? (existsSync("/dev/loop-control") ? undefined : "needs loop devices");
    if (lacking) return t.skip(lacking);
    if ((await execa("which", [`mkfs.${kind}`], { reject: false })).failed) return t.skip(`needs mkfs.${kind}`);
    const directory = projectDirectory(t);
    const steps: readonly PublishStep[] = publishSteps;
    for (const { step, answer, entries } of await cutPowerAtEachStep(directory, make, options)) {
      assert.deepEqual([step, answer.error, answer.messages], [step, undefined, []], "what is there is whole");
      const has = entries.includes(`${name}-${fingerprint.slice(0, 12)}`);
      assert.equal(answer.buildId !== undefined, has, `${step}: a name without an artifact`);
      if (steps.indexOf(step) < steps.indexOf("renamed")) assert.equal(has, false, step);
      if (step === "published") assert.ok(has, "what was published is there after the power cut");
    }
  });
}
