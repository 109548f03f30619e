import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { projectDirectory } from "../../../tools/paths.ts";
import { writeFaultProof } from "../../../tools/test/fault-proof.ts";
import { planTests } from "../../../tools/test/plan.ts";
import { project } from "../../core/recipe/project.ts";

test("a run of the tests counts how each fault's ended, and the proof says at which commit", async (t) => {
  const directory = project(t, {
    "a.test.mjs": `
      import { test, describe } from "node:test";
      test("fault 7: right", () => {});
      test("fault 7: wrong", () => { throw new Error("wrong"); });
      describe("some faults", () => test("faults 7, 8: not here", (t) => t.skip("needs what is not here")));
      test("of no fault", () => {});`,
  });
  const faultsFile = path.join(directory, "counted.json");
  const tests = [path.join(directory, "a.test.mjs")];
  const { arguments: args } = planTests(tests, { full: true, chosen: [], faultsFile });
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const run = await execa(process.execPath, args, { cwd: projectDirectory, env, extendEnv: false, reject: false });
  assert.equal(run.exitCode, 1, run.stderr);
  const date = new Date("2026-01-02T03:04:05Z");
  await writeFaultProof(directory, faultsFile, { commit: "abc", clean: true, date });
  assert.deepEqual(JSON.parse(readFileSync(path.join(directory, "docs/proof/faults.json"), "utf8")), {
    commit: "abc",
    clean: true,
    date: date.toISOString(),
    outcomes: { 7: { passed: 1, failed: 1, skipped: 1 }, 8: { passed: 0, failed: 0, skipped: 1 } },
  });
});
