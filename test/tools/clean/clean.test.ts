import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { identifyProcess, identityText, type ProcessIdentity } from "../../../core/build/jobs/process-identity.ts";
import { cacheEntries } from "../../../core/cache-directory.ts";
import { acquireLock } from "../../../core/lock.ts";
import { takePlace } from "../../../tools/acceptance/place.ts";
import { clean } from "../../../tools/clean/clean.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function usedProject(t: TestContext) {
  const root = temporaryDirectory(t);
  const project = join(root, "project");
  const cache = join(root, "cache/ironic-images");
  for (const directory of [".local/cloud", ".images/artifacts/a", ".images/builds", "node_modules/x", "recipes"])
    mkdirSync(join(project, directory), { recursive: true });
  for (const entry of cacheEntries) mkdirSync(join(cache, entry), { recursive: true });
  writeFileSync(join(cache, "builds/slot-0.lock"), "");
  return { project, cache };
}

test("all that was made goes, what is under version control stays", async (t) => {
  const { project, cache } = usedProject(t);
  const said: string[] = [];
  await clean({ project, cache, say: (text) => said.push(text) });
  assert.deepEqual(readdirSync(project), ["recipes"]);
  assert.ok(!existsSync(cache));
  assert.equal(said.length, 4);
  for (const line of said) assert.match(line, /^removed \/.* \([\d.]+ MB\)$/);
  await clean({ project, cache, say: (text) => said.push(text) });
  assert.equal(said.at(-1), "nothing to remove");
});

test("the cache is kept on request", async (t) => {
  const { project, cache } = usedProject(t);
  await clean({ project, cache: undefined, say: () => {} });
  assert.ok(existsSync(cache));
  assert.deepEqual(readdirSync(project), ["recipes"]);
});

for (const [title, lockOf] of [
  [
    "a build of this project",
    ({ project }: { project: string; cache: string }) => join(project, ".images/builds/b.lock"),
  ],
  [
    "a build that uses the shared cache",
    ({ cache }: { project: string; cache: string }) => join(cache, "builds/slot-0.lock"),
  ],
  [
    "an update that uses an artifact",
    ({ project }: { project: string; cache: string }) => join(project, ".images/artifacts/a"),
  ],
] as const) {
  test(`while ${title} runs nothing is touched`, async (t) => {
    const places = usedProject(t);
    const path = lockOf(places);
    const directory = !path.endsWith(".lock");
    const lock = await acquireLock(path, { wait: true, directory, shared: directory });
    try {
      await assert.rejects(clean({ ...places, say: () => assert.fail("said something") }), {
        code: "clean-build-runs",
      });
      assert.ok(existsSync(join(places.project, ".local")) && existsSync(places.cache));
    } finally {
      lock.release();
    }
  });
}

test("while a job runs that holds no lock yet nothing is touched, and how to end it is said", async (t) => {
  const places = usedProject(t);
  const job = join(places.project, ".images/jobs/my-image-aaaaaaaaaaaa-1-x");
  mkdirSync(job, { recursive: true });
  writeFileSync(join(job, "process"), identityText(identifyProcess(process.pid) as ProcessIdentity));
  await assert.rejects(clean({ ...places, say: () => assert.fail("said something") }), {
    code: "clean-build-runs",
    details: `${job}: \`kill ${process.pid}\` ends it cleanly`,
  });
});

test("while an acceptance runs nothing is touched, and how to end it is said; what a killed one left goes", async (t) => {
  const { project, cache } = usedProject(t);
  const place = await takePlace(project, "local");
  mkdirSync(join(place.work, "machines"));
  await assert.rejects(clean({ project, cache, say: () => assert.fail("said something") }), {
    code: "clean-acceptance-runs",
    details: `${join(project, ".local/acceptance/lock")}: \`kill ${process.pid}\` ends it cleanly`,
  });
  await assert.rejects(takePlace(project, "local"), {
    code: "acceptance-runs",
    details: `\`kill ${process.pid}\` ends it cleanly`,
  });
  await place.leave(true);
  await clean({ project, cache, say: () => {} });
  assert.deepEqual(readdirSync(project), ["recipes"]);
});

test("a cache with something of somebody else's is left alone, and so is everything else", async (t) => {
  const { project, cache } = usedProject(t);
  mkdirSync(join(cache, "thesis"));
  await assert.rejects(clean({ project, cache, say: () => {} }), {
    code: "clean-cache-unsafe",
    message: /holds thesis/,
  });
  assert.ok(existsSync(join(cache, "thesis")) && existsSync(join(project, ".local")));
});

test("a cache that holds the project is not taken for one", async (t) => {
  const { project } = usedProject(t);
  await assert.rejects(clean({ project, cache: join(project, ".."), say: () => {} }), { code: "clean-cache-unsafe" });
  await assert.rejects(clean({ project, cache: "/", say: () => {} }), { code: "clean-cache-unsafe" });
  assert.ok(existsSync(join(project, ".local")));
});
