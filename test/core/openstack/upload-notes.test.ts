import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { identifyProcess } from "../../../core/build/jobs/process-identity.ts";
import {
  abandonedUploads,
  forgetUpload,
  notesDirectory,
  noteUpload,
  type NotedUpload,
} from "../../../core/openstack/upload-notes.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const living = identifyProcess(process.pid);
assert.ok(living);
// The same number at another time is another process.
const dead = { pid: process.pid, startTime: "1" };
const noted: NotedUpload = {
  engine: dead,
  backend: "file:///state",
  urn: "urn:pulumi:prod::ironic-images::openstack:images/image:Image::my-image-kernel",
  upload: {
    projectId: "p",
    name: "my-image.vmlinuz",
    containerFormat: "aki",
    properties: { ironic_images_build: "b" },
  },
  before: ["one"],
};
const of = { urns: "urn:pulumi:prod::ironic-images::", backend: "file:///state" };

test("an upload whose engine is gone is abandoned until it is forgotten", async (t) => {
  const directory = temporaryDirectory(t);
  assert.deepEqual(abandonedUploads(directory, of), []);
  await noteUpload(directory, noted);
  const [found, ...more] = abandonedUploads(directory, of);
  assert.deepEqual(
    [{ ...found, schema: undefined, host: undefined }, more],
    [{ ...noted, schema: undefined, host: undefined }, []],
  );
  forgetUpload(directory, noted);
  assert.deepEqual(abandonedUploads(directory, of), []);
});

const others: Record<string, Partial<NotedUpload>> = {
  "whose engine runs": { engine: living },
  "of another backend": { backend: "" },
  "of another stack": { urn: noted.urn.replace("prod", "prod2") },
  "of another project": { urn: noted.urn.replace("ironic-images", "other") },
};
for (const [which, change] of Object.entries(others)) {
  test(`an upload ${which} is none of ours to clean up after`, async (t) => {
    const directory = temporaryDirectory(t);
    await noteUpload(directory, { ...noted, ...change });
    assert.equal(readdirSync(path.join(directory, notesDirectory)).length, 1);
    assert.deepEqual(abandonedUploads(directory, of), []);
  });
}

test("a note of another machine, of another version, or half of one is left alone", async (t) => {
  const directory = temporaryDirectory(t);
  await noteUpload(directory, noted);
  const [name = ""] = readdirSync(path.join(directory, notesDirectory));
  const file = path.join(directory, notesDirectory, name);
  const text = readFileSync(file, "utf8");
  const note = JSON.parse(text) as Record<string, unknown>;
  for (const other of [
    JSON.stringify({ ...note, host: "elsewhere" }),
    JSON.stringify({ ...note, schema: 2 }),
    text.slice(0, 40),
  ]) {
    writeFileSync(file, other);
    assert.deepEqual(abandonedUploads(directory, of), [], other);
  }
});

test("a repeated attempt keeps what was noted before the first", async (t) => {
  const directory = temporaryDirectory(t);
  await noteUpload(directory, noted);
  await noteUpload(directory, { ...noted, before: ["one", "left by the first attempt"] });
  assert.deepEqual(abandonedUploads(directory, of)[0]?.before, ["one"]);
});
