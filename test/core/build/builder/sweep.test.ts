import assert from "node:assert/strict";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sweepBuilds } from "../../../../core/build/builder/sweep.ts";
import { acquireLock } from "../../../../core/lock.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

test("the locks of builds that are gone go, but for one that is held and one that may belong to a build to come", async (t) => {
  const project = temporaryDirectory(t);
  const builds = join(project, ".images/builds");
  mkdirSync(builds, { recursive: true });
  for (const name of ["stray", "held", "fresh"]) writeFileSync(join(builds, `${name}.lock`), "");
  const hourAgo = Date.now() / 1000 - 3600;
  for (const name of ["stray", "held"]) utimesSync(join(builds, `${name}.lock`), hourAgo, hourAgo);
  const lock = await acquireLock(join(builds, "held.lock"), { wait: true });
  t.after(() => lock.release());
  await sweepBuilds(project, (message) => assert.fail(message));
  assert.deepEqual(readdirSync(builds).sort(), ["fresh.lock", "held.lock"]);
});
