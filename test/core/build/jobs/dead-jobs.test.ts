import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sweepDeadJobs } from "../../../../core/build/jobs/dead-jobs.ts";
import type { BuildJob } from "../../../../core/build/job.ts";
import { acquireLock } from "../../../../core/lock.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

test("what a killed job of the same fingerprint left goes: half artifacts, and sources with a TLS key; also of other fingerprints that nobody builds", async (t) => {
  const project = temporaryDirectory(t);
  const job = { name: "deploy-amd64", fingerprint: "a".repeat(64) } as BuildJob;
  const [dead, other, built, own] = [
    "deploy-amd64-aaaaaaaaaaaa-1-x",
    "deploy-amd64-bbbbbbbbbbbb-1-x",
    "deploy-amd64-cccccccccccc-1-x",
    "deploy-amd64-aaaaaaaaaaaa-2-y",
  ];
  const at = (...path: string[]) => join(project, ".images", ...path);
  for (const name of [dead, other, built, own]) {
    mkdirSync(at("jobs", name, "sources"), { recursive: true });
    writeFileSync(at("jobs", name, "sources/key"), "key");
    writeFileSync(at("jobs", name, "build.log"), "");
  }
  for (const name of [dead, other, built]) mkdirSync(at("staging", name), { recursive: true });
  const lock = await acquireLock(at("locks/deploy-amd64-cccccccccccc.lock"), { wait: true });
  t.after(() => lock.release());
  await sweepDeadJobs(project, job, at("jobs", own));
  assert.deepEqual(readdirSync(at("staging")), [built]);
  assert.ok(!existsSync(at("jobs", dead, "sources")) && existsSync(at("jobs", dead, "build.log")));
  assert.ok(!existsSync(at("jobs", other, "sources/key")));
  assert.ok(existsSync(at("jobs", built, "sources/key")) && existsSync(at("jobs", own, "sources/key")));
});
