import assert from "node:assert/strict";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keptJobs, sweepOldJobs } from "../../../../core/build/jobs/old-jobs.ts";
import { identifyProcess, identityText, type ProcessIdentity } from "../../../../core/build/jobs/process-identity.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

test("of the jobs of a recipe that failed or died the newest stay, those that went well go, and nobody touches one that runs or is waited for", async (t) => {
  const project = temporaryDirectory(t);
  const jobs = join(project, ".images/jobs");
  const self = identityText(identifyProcess(process.pid) as ProcessIdentity);
  const make = (name: string, hours: number, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(jobs, name, "waiters"), { recursive: true });
    for (const [file, text] of Object.entries({ ...files, "job.json": "{}" }))
      writeFileSync(join(jobs, name, file), text);
    utimesSync(join(jobs, name, "job.json"), hours * 3600, hours * 3600);
  };
  const [failed, done] = [{ "result.json": '{"ok":false}' }, { "result.json": '{"ok":true}' }];
  const names = (recipe: string) => [..."01234567"].map((n) => `${recipe}-${n.repeat(12)}-1-x`);
  for (const [hours, name] of names("my-image").entries()) make(name, hours, hours % 2 === 0 ? failed : {});
  for (const [hours, name] of names("my-image-two").slice(0, 2).entries()) make(name, hours, failed);
  make("done-aaaaaaaaaaaa-1-x", 99, { ...done, process: "4194303-1" });
  make("runs-aaaaaaaaaaaa-1-x", 0, { process: self });
  make("awaited-aaaaaaaaaaaa-1-x", 0, { ...done, [`waiters/${self}_none_0`]: "" });
  // Without a job.json: one is being made by this process, the maker of the other is gone.
  const [making, halfMade] = [`my-image-888888888888-${process.pid}-x`, "my-image-999999999999-4194303-x"];
  for (const name of [making, halfMade]) mkdirSync(join(jobs, name));
  await sweepOldJobs(project);
  assert.deepEqual(
    readdirSync(jobs).sort(),
    [
      ...names("my-image").slice(-keptJobs),
      making,
      ...names("my-image-two").slice(0, 2),
      "awaited-aaaaaaaaaaaa-1-x",
      "runs-aaaaaaaaaaaa-1-x",
    ].sort(),
  );
});
