import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { storeEntries } from "../../../core/artifacts/examine.ts";
import { reserve, takeOut } from "../../../core/artifacts/take-out.ts";
import { forgetUser, storeUsers } from "../../../core/artifacts/users.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import { stage, unpublished } from "./samples.ts";
import { storeClient, storeWithArtifact } from "./support.ts";

const { name, fingerprint } = unpublished();

/** Another process that uses the artifact for a stack, until `end`. */
async function userOf(project: string, stack: string): Promise<{ end(): Promise<void> }> {
  const user = execa(process.execPath, [storeClient, project, "use", stack], { reject: false });
  await once(user.stdout, "data");
  return {
    async end() {
      user.kill("SIGKILL");
      await user;
    },
  };
}

test("images of one artifact that hold it at the same moment all hold it", async (t) => {
  const { directory } = await storeWithArtifact(t);
  const hold = JSON.stringify(join(import.meta.dirname, "../../../core/artifacts/hold.ts"));
  // In a process of its own, because what is held is held until its end.
  const script = `
    const { holdArtifact } = await import(${hold});
    const answers = await Promise.all(Array.from({ length: 20 }, () => holdArtifact(${JSON.stringify(directory)})));
    console.log(answers.every(Boolean));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script]);
  assert.equal(stdout, "true");
});

test("fault 35: what a process uses for a stack cannot be taken out of the store until the process ends, by SIGKILL too", async (t) => {
  const { project, directory } = await storeWithArtifact(t);
  const users = [await userOf(project, "prod"), await userOf(project, "local")];
  const [entry] = await storeEntries(project);
  assert.ok(entry);
  for (const user of users) {
    assert.equal(await reserve(entry), undefined);
    await user.end();
  }
  const lock = await reserve(entry);
  assert.ok(lock);
  const out = await takeOut(entry);
  assert.ok(out !== undefined && existsSync(join(out, "artifact.json")));
  assert.equal(existsSync(directory), false);
  assert.equal(await takeOut(entry), undefined, "another one in its place would stay");
  lock.release();
});

test("fault 35: who looks for an artifact that is being taken out waits, and then does not find it", async (t) => {
  const { project } = await storeWithArtifact(t);
  const [entry] = await storeEntries(project);
  assert.ok(entry);
  const lock = await reserve(entry);
  const client = execa(process.execPath, [storeClient, project, "find-for", "prod"]);
  // It has noted itself right before it waits.
  while ((await storeUsers(project)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await takeOut(entry);
  lock?.release();
  assert.deepEqual(JSON.parse((await client).stdout), { messages: [] });
});

test("an artifact that took the place of a held one is held anew", async (t) => {
  const { project, directory, store } = await storeWithArtifact(t);
  const user = await userOf(project, "prod");
  const [first] = await storeEntries(project);
  assert.ok(first);
  const out = await takeOut(first);
  assert.ok(out);
  await store.publish(stage(project), unpublished());
  const [, second] = await storeEntries(project);
  assert.equal(second?.path, directory);
  const lock = await reserve(second);
  assert.ok(lock, "the process holds what it found, not what came later");
  lock.release();
  await user.end();
});

test("stacks that use the store are noted once, by the project that they are used from, and can be forgotten", async (t) => {
  const { project } = await storeWithArtifact(t);
  for (const stack of ["prod", "prod", "local"])
    await execa(process.execPath, [storeClient, project, "find-for", stack]);
  const users = await storeUsers(project);
  assert.deepEqual(
    users.map(({ stack, project: from }) => [stack, from]),
    [
      ["local", project],
      ["prod", project],
    ],
  );
  for (const user of users) await forgetUser(user);
  assert.deepEqual(await storeUsers(project), []);
  assert.equal((await storeEntries(project)).length, 1, "notes are no artifacts");
  assert.deepEqual(await openStore(project).find(name, fingerprint), (await openStore(project).list())[0]);
  assert.ok(readdirSync(join(project, ".images/artifacts")).includes(".users"));
});
