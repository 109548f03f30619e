import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openStore } from "../../../core/artifacts/store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { partitionFiles, stage, unpublished } from "./samples.ts";

function openTestStore(t: TestContext) {
  const project = temporaryDirectory(t);
  const messages: string[] = [];
  return { project, messages, store: openStore(project, { onMessage: (message) => messages.push(message) }) };
}

const { name, fingerprint } = unpublished();

test("what was published is found, with its digests, and nothing else is left in .images", async (t) => {
  const { project, store, messages } = openTestStore(t);
  assert.equal(await store.find(name, fingerprint), undefined);
  assert.equal(existsSync(join(project, ".images")), false, "looking makes nothing");

  const staging = stage(project);
  const published = await store.publish(staging, unpublished());
  assert.equal(published.files.kernel?.name, "my-image.vmlinuz");
  assert.equal(published.files.image?.size, partitionFiles()["my-image.raw"]?.length);
  assert.deepEqual(await store.find(name, fingerprint), published);
  await store.verify(published);
  assert.deepEqual(readdirSync(join(project, ".images")), ["artifacts"]);
  assert.deepEqual(readdirSync(store.directory(published)).sort(), [
    "artifact.json",
    "build.log",
    "my-image.d",
    "my-image.initrd",
    "my-image.raw",
    "my-image.vmlinuz",
    "verified.json",
  ]);
  assert.equal(statSync(store.directory(published)).mode & 0o777, 0o755);
  assert.equal(statSync(join(store.directory(published), "my-image.raw")).mode & 0o777, 0o644);
  assert.deepEqual(messages, []);
});

test("verify names the file, the expected and the found digest, and moves nothing", async (t) => {
  const { project, store } = openTestStore(t);
  const record = await store.publish(stage(project), unpublished());
  const path = join(store.directory(record), "my-image.initrd");
  writeFileSync(path, "ramdisk two");
  await assert.rejects(store.verify(record), (error: Error & { code?: string }) => {
    assert.equal(error.code, "artifact-corrupt");
    assert.ok(error.message.includes(path));
    assert.ok(error.message.includes(record.files.ramdisk?.sha256 ?? "?"));
    assert.match(error.message, /found [0-9a-f]{64} \(11 bytes\)/);
    return true;
  });
  assert.ok(existsSync(path));
});

test("a file that was only touched is hashed once more and then trusted again", async (t) => {
  const { project, store, messages } = openTestStore(t);
  const record = await store.publish(stage(project), unpublished());
  const stamp = join(store.directory(record), "verified.json");
  const before = readFileSync(stamp, "utf8");
  chmodSync(join(store.directory(record), "my-image.raw"), 0o600);
  assert.deepEqual(await store.find(name, fingerprint), record);
  const renewed = readFileSync(stamp, "utf8");
  assert.notEqual(renewed, before);
  const inode = statSync(stamp).ino;
  assert.deepEqual(await store.find(name, fingerprint), record);
  assert.equal(statSync(stamp).ino, inode, "a stamp that fits is not written again");
  assert.deepEqual(messages, []);
});

for (const [what, content] of [
  ["is missing", undefined],
  ["is garbled", "{"],
  ["is of another build", "changed"],
] as const) {
  test(`an artifact whose stamp ${what} is hashed`, async (t) => {
    const { project, store } = openTestStore(t);
    const record = await store.publish(stage(project), unpublished());
    const stamp = join(store.directory(record), "verified.json");
    const good = readFileSync(stamp, "utf8");
    if (content === undefined) unlinkSync(stamp);
    else writeFileSync(stamp, content === "changed" ? good.replace(/"buildId":"./, '"buildId":"x') : content);
    assert.deepEqual(await store.find(name, fingerprint), record);
    assert.equal(readFileSync(stamp, "utf8"), good);
  });
}

test("a record that cannot be read makes the artifact missing, and it is said", async (t) => {
  const { project, store, messages } = openTestStore(t);
  const record = await store.publish(stage(project), unpublished());
  writeFileSync(join(store.directory(record), "artifact.json"), '{"schema": 2}');
  assert.equal(await store.find(name, fingerprint), undefined);
  assert.match(messages[0] ?? "", /artifact\.json is not a record that this version reads: .*schema/);
  await store.publish(stage(project), unpublished());
  assert.deepEqual(await store.find(name, fingerprint), record);
  assert.match(messages[1] ?? "", /set aside as .*\.bad-1/);
});

test("a fingerprint that only begins alike is another artifact", async (t) => {
  const { project, store, messages } = openTestStore(t);
  await store.publish(stage(project), unpublished());
  const other = `${fingerprint.slice(0, 12)}${"b".repeat(52)}`;
  assert.equal(await store.find(name, other), undefined);
  assert.match(messages[0] ?? "", /holds another artifact/);
});

test("latest and list know the newest of a recipe, and no recipe of a longer name", async (t) => {
  const { project, store } = openTestStore(t);
  const published = [];
  for (const [artifactName, first, builtAt] of [
    ["my-image", "b", "2025-01-02T00:00:00Z"],
    ["my-image", "c", "2025-01-01T00:00:00Z"],
    ["my-image-2", "d", "2025-01-03T00:00:00Z"],
  ] as const) {
    const files = Object.fromEntries(
      Object.entries(partitionFiles()).map(([file, content]) => [
        file.replace("my-image.", `${artifactName}.`),
        content,
      ]),
    );
    published.push(
      await store.publish(
        stage(project, files),
        unpublished({ name: artifactName, fingerprint: first.repeat(64), builtAt }),
      ),
    );
  }
  assert.deepEqual(await store.latest("my-image"), published[0]);
  assert.equal(await store.latest("my"), undefined);
  assert.deepEqual(
    (await store.list()).map((record) => record.fingerprint[0]),
    ["c", "b", "d"],
  );
});
