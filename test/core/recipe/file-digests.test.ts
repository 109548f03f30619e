import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, lstatSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileDigest } from "../../../core/recipe/file-digests.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
const digestOf = (path: string) => fileDigest(path, lstatSync(path));

function fileOf(t: TestContext, content: string | Buffer): string {
  const path = join(temporaryDirectory(t), "file");
  writeFileSync(path, content);
  return path;
}

for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000])
  test(`the digest of ${size} bytes is their sha256, whatever was read before`, (t) => {
    const content = randomBytes(size);
    const path = fileOf(t, content);
    assert.equal(digestOf(path), sha256(content));
    assert.equal(digestOf(fileOf(t, "x")), sha256("x"));
  });

test("a file that has grown since it was looked at is read to its end", (t) => {
  const path = fileOf(t, "x");
  const stats = lstatSync(path);
  appendFileSync(path, Buffer.alloc(200_000));
  assert.equal(fileDigest(path, stats), sha256(Buffer.concat([Buffer.from("x"), Buffer.alloc(200_000)])));
});

test("a change of the same length in the same moment is seen, though its times are the same", (t) => {
  const path = fileOf(t, "one");
  const stats = lstatSync(path);
  assert.equal(fileDigest(path, stats), sha256("one"));
  writeFileSync(path, "two");
  assert.equal(fileDigest(path, stats), sha256("two"), "as if its clock had not gone on");
});

test("a file that has rested is not read again until it looks different, and neither its times set back nor another in its place hide a change", async (t) => {
  const path = fileOf(t, "one");
  await sleep(2100);
  const rested = lstatSync(path);
  assert.equal(fileDigest(path, rested), sha256("one"));
  writeFileSync(path, "two");
  assert.equal(fileDigest(path, rested), sha256("one"), "what it looked like then was not read again");
  utimesSync(path, rested.atime, rested.mtime);
  assert.equal(digestOf(path), sha256("two"));
  const other = fileOf(t, "six");
  utimesSync(other, rested.atime, rested.mtime);
  renameSync(other, path);
  assert.equal(digestOf(path), sha256("six"));
});
