import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { openStore } from "../../../core/artifacts/store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { partitionFiles, stage, unpublished } from "./samples.ts";

function openTestStore(t: TestContext) {
  const project = temporaryDirectory(t);
  const messages: string[] = [];
  return { project, messages, store: openStore(project, { onMessage: (message) => messages.push(message) }) };
}

const { name, fingerprint } = unpublished();

test("a whole artifact that is there already wins, and the staging directory is gone", async (t) => {
  const { project, store } = openTestStore(t);
  const first = await store.publish(stage(project), unpublished());
  const staging = stage(project, partitionFiles("two"));
  assert.deepEqual(await store.publish(staging, unpublished()), first);
  assert.equal(existsSync(staging), false);
  assert.deepEqual(await store.find(name, fingerprint), first);
});

test("a damaged artifact at the target gives way", async (t) => {
  const { project, store, messages } = openTestStore(t);
  const first = await store.publish(stage(project), unpublished());
  writeFileSync(join(store.directory(first), "my-image.raw"), "something else");
  const second = await store.publish(stage(project, partitionFiles("two")), unpublished());
  assert.notEqual(second.buildId, first.buildId);
  assert.deepEqual(await store.find(name, fingerprint), second);
  assert.match(messages[0] ?? "", /my-image\.raw has 14 bytes.*set aside as/);
});

test("ten publishers at once agree on one artifact", async (t) => {
  const { project, store } = openTestStore(t);
  const records = await Promise.all(
    Array.from({ length: 10 }, (_, n) => store.publish(stage(project, partitionFiles(String(n))), unpublished())),
  );
  assert.equal(new Set(records.map((record) => record.buildId)).size, 1);
  assert.deepEqual(await store.find(name, fingerprint), records[0]);
  assert.deepEqual(readdirSync(join(project, ".images", "artifacts")).sort(), [
    ".lock",
    `${name}-${fingerprint.slice(0, 12)}`,
  ]);
});

for (const [what, spoil, code] of [
  ["a missing ramdisk", (staging: string) => unlinkSync(join(staging, "my-image.initrd")), "artifact-file-refused"],
  [
    "an empty ramdisk",
    (staging: string) => writeFileSync(join(staging, "my-image.initrd"), ""),
    "artifact-file-refused",
  ],
  [
    "a link in place of the ramdisk",
    (staging: string) => {
      renameSync(join(staging, "my-image.initrd"), join(staging, "real"));
      symlinkSync("real", join(staging, "my-image.initrd"));
    },
    "artifact-file-refused",
  ],
  [
    "a link beside the images",
    (staging: string) => symlinkSync("/etc/passwd", join(staging, "notes")),
    "artifact-file-refused",
  ],
] as const) {
  test(`a directory with ${what} is not published`, async (t) => {
    const { project, store } = openTestStore(t);
    const staging = stage(project);
    spoil(staging);
    await assert.rejects(store.publish(staging, unpublished()), { code });
    assert.equal(await store.find(name, fingerprint), undefined);
    assert.ok(existsSync(staging), "it stays, for a look");
  });
}

test("a record that could not be read again is not published", async (t) => {
  const { project, store } = openTestStore(t);
  await assert.rejects(store.publish(stage(project), unpublished({ builtAt: "yesterday" })), {
    code: "artifact-record-wrong",
    message: /builtAt/,
  });
  assert.equal(await store.find(name, fingerprint), undefined);
});

test("finding an artifact that was not touched opens no image file (strace)", async (t) => {
  const strace = await execa("strace", ["-V"], { reject: false });
  if (strace.failed) return t.skip("needs strace");
  const { project, store } = openTestStore(t);
  const record = await store.publish(stage(project), unpublished());
  const module = new URL("../../../core/artifacts/store.ts", import.meta.url).href;
  const find = `
    const { openStore } = await import(${JSON.stringify(module)});
    const record = await openStore(${JSON.stringify(project)}).find(${JSON.stringify(name)}, ${JSON.stringify(fingerprint)});
    process.exit(record === undefined ? 1 : 0);`;
  const trace = join(project, "trace");
  const opened = async () => {
    await execa("strace", [
      "-f",
      "-e",
      "trace=open,openat,openat2",
      "-o",
      trace,
      process.execPath,
      "--input-type=module",
      "--eval",
      find,
    ]);
    const { stdout } = await execa("grep", ["-c", "-E", "my-image\\.(raw|vmlinuz|initrd)", trace], { reject: false });
    return Number(stdout);
  };
  assert.equal(await opened(), 0);
  // The counter-check: it does see the opening when there is one.
  linkSync(join(store.directory(record), "my-image.raw"), join(project, "hard-link"));
  assert.equal(await opened(), 3);
});

test("an artifact is imported from another project, byte for byte", async (t) => {
  const { project, store } = openTestStore(t);
  const other = openTestStore(t);
  const record = await other.store.publish(stage(other.project), unpublished());
  assert.deepEqual(await store.importFrom(other.store.directory(record)), record);
  assert.deepEqual(await store.find(name, fingerprint), record);
  await store.verify(record);
  assert.ok(existsSync(join(store.directory(record), "my-image.d/dib-manifests/dib-manifest-dpkg")));
  assert.deepEqual(readdirSync(join(project, ".images")), ["artifacts"]);
  assert.deepEqual(await store.importFrom(other.store.directory(record)), record, "a second time changes nothing");
});

test("an import takes the place of another build of the same fingerprint, which is set aside", async (t) => {
  const { project, store, messages } = openTestStore(t);
  const other = openTestStore(t);
  const here = await store.publish(stage(project, partitionFiles("two")), unpublished());
  const wanted = await other.store.publish(stage(other.project), unpublished());
  assert.deepEqual(await store.importFrom(other.store.directory(wanted)), wanted);
  assert.deepEqual(await store.find(name, fingerprint), wanted);
  assert.match(messages[0] ?? "", new RegExp(`build id ${here.buildId}`));
});

test("an artifact damaged on its way is not imported, and leaves nothing", async (t) => {
  const { project, store } = openTestStore(t);
  const other = openTestStore(t);
  const record = await other.store.publish(stage(other.project), unpublished());
  writeFileSync(join(other.store.directory(record), "my-image.raw"), "root file system two");
  await assert.rejects(store.importFrom(other.store.directory(record)), {
    code: "artifact-corrupt",
    message: /my-image\.raw/,
  });
  assert.deepEqual(readdirSync(join(project, ".images", "artifacts")), []);
  assert.deepEqual(readdirSync(join(project, ".images")), ["artifacts"]);
});

for (const digest of ["sha256", "sha512"] as const)
  test(`an artifact whose record says another ${digest} of its bytes is not imported`, async (t) => {
    const other = openTestStore(t);
    const record = await other.store.publish(stage(other.project), unpublished());
    const file = join(other.store.directory(record), "artifact.json");
    const right = record.files.image?.[digest] ?? "";
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(
        right,
        right.replace(/^./, (first) => (first === "0" ? "1" : "0")),
      ),
    );
    await assert.rejects(openTestStore(t).store.importFrom(other.store.directory(record)), {
      code: digest === "sha256" ? "artifact-missing" : "artifact-corrupt",
      message: digest === "sha256" ? /./ : new RegExp(`expected ${digest} `),
    });
  });

test("a directory without a record is no artifact to import", async (t) => {
  const { project, store } = openTestStore(t);
  const empty = join(project, "empty");
  mkdirSync(empty);
  await assert.rejects(store.importFrom(empty), { code: "artifact-missing", message: /it has no artifact\.json/ });
  assert.ok(statSync(empty).isDirectory());
});
