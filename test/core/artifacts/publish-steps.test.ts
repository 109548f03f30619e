import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { publishSteps, rarePublishSteps, type PublishStep } from "../../../core/artifacts/publish-steps.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import { partitionFiles, stage, unpublished } from "./samples.ts";
import { projectDirectory, storeClient } from "./support.ts";

const preloaded = new URL("../../support/at-publish-step.ts", import.meta.url).href;

/** Publishes in a process of its own, which obeys the variables of the preloaded module. */
async function publishIn(project: string, staging: string, env: Record<string, string>) {
  return execa(process.execPath, ["--import", preloaded, storeClient, project, "publish", staging], {
    reject: false,
    env,
  });
}

function steps(t: TestContext) {
  const project = projectDirectory(t);
  const file = join(project, "steps");
  return { project, env: { TEST_PUBLISH_STEPS: file }, told: () => names(readFileSync(file, "utf8")) };
}

function names(lines: string): string[] {
  return lines.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
}

const { name, fingerprint } = unpublished();

test("every step of publishing is told, in its order", async (t) => {
  const { project, env, told } = steps(t);
  await publishIn(project, stage(project), env);
  assert.deepEqual(told(), publishSteps);
});

test("the steps of an artifact that is there already are told: a whole one stays, a damaged one is set aside", async (t) => {
  const { project, env, told } = steps(t);
  const store = openStore(project);
  const record = await store.publish(stage(project), unpublished());
  await publishIn(project, stage(project, partitionFiles("two")), env);
  const whole: PublishStep[] = [...publishSteps.slice(0, publishSteps.indexOf("renamed")), rarePublishSteps[1]];
  assert.deepEqual(told(), whole);

  await execa("truncate", ["--size=1", join(store.directory(record), "my-image.raw")]);
  await publishIn(project, stage(project, partitionFiles("two")), env);
  const damaged = [...publishSteps];
  damaged.splice(publishSteps.indexOf("renamed"), 0, rarePublishSteps[0] as never);
  assert.deepEqual(told().slice(whole.length), damaged);
});

for (const step of publishSteps) {
  test(`fault 29: killed after the step ${step}, the store has a whole artifact or none, and publishing again succeeds`, async (t) => {
    const project = projectDirectory(t);
    const store = openStore(project, { onMessage: (message) => assert.fail(message) });
    const killed = await publishIn(project, stage(project), { TEST_AT_PUBLISH_STEP: `kill:${step}` });
    assert.equal(killed.signal, "SIGKILL");
    const found = await store.find(name, fingerprint);
    assert.equal(found !== undefined, step === "renamed" || step === "published");
    const record = await store.publish(stage(project, partitionFiles("two")), unpublished());
    if (found !== undefined) assert.equal(record.buildId, found.buildId);
    await store.verify(record);
    assert.deepEqual(await store.list(), [record]);
  });
}
