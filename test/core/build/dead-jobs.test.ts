import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sweepDeadJobs } from "../../../core/build/dead-jobs.ts";
import type { BuildJob } from "../../../core/build/job.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("what a killed job of the same fingerprint left goes: half artifacts, and sources with a TLS key; other jobs' stays", async (t) => {
  const project = temporaryDirectory(t);
  const job = { name: "deploy-amd64", fingerprint: "a".repeat(64) } as BuildJob;
  const [dead, other, own] = [
    "deploy-amd64-aaaaaaaaaaaa-1-x",
    "deploy-amd64-bbbbbbbbbbbb-1-x",
    "deploy-amd64-aaaaaaaaaaaa-2-y",
  ];
  const at = (...path: string[]) => join(project, ".images", ...path);
  for (const name of [dead, other, own]) {
    mkdirSync(at("jobs", name, "sources"), { recursive: true });
    writeFileSync(at("jobs", name, "sources/key"), "key");
    writeFileSync(at("jobs", name, "build.log"), "");
  }
  for (const name of [dead, other]) mkdirSync(at("staging", name), { recursive: true });
  await sweepDeadJobs(project, job, at("jobs", own));
  assert.ok(!existsSync(at("staging", dead)) && existsSync(at("staging", other)));
  assert.ok(!existsSync(at("jobs", dead, "sources")) && existsSync(at("jobs", dead, "build.log")));
  assert.ok(existsSync(at("jobs", other, "sources/key")) && existsSync(at("jobs", own, "sources/key")));
});
