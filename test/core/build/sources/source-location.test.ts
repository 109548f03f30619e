import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fetchPinnedFile, type SourcePlaces } from "../../../../core/build/sources/source-location.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { serveIndex } from "../../python-index/index.ts";
import { bareQuestion, needsPip } from "../../python-index/support.ts";

const content = Buffer.from("the bytes that are pinned");
const sha256 = createHash("sha256").update(content).digest("hex");

function places(t: TestContext, pip: SourcePlaces["pip"] = { python: "/nonexistent", env: {} }): SourcePlaces {
  const root = temporaryDirectory(t);
  const [projectDirectory, cache, scratch] = ["project", "cache", "scratch"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(projectDirectory, "archives"), { recursive: true });
  mkdirSync(scratch);
  const signal = new AbortController().signal;
  return { projectDirectory, cache, scratch, pip, report: () => undefined, signal };
}

const file = (location: string, digest = sha256) => ({ what: "what agent names", sha256: digest, location });

test("a file of the project is copied for the job, and nothing of it into the cache", async (t) => {
  const at = places(t);
  writeFileSync(join(at.projectDirectory, "archives/key"), content, { mode: 0o600 });
  const path = await fetchPinnedFile(file("archives/key"), at);
  assert.equal(path, join(at.scratch, sha256));
  assert.deepEqual(readFileSync(path), content);
  assert.equal(statSync(path).mode & 0o077, 0, "a private key stays private");
  assert.throws(() => readdirSync(at.cache));
});

for (const [title, location, prepare] of [
  ["out of the project", "../outside", undefined],
  ["that is absolute", "/etc/hostname", undefined],
  ["that is not there", "archives/none", undefined],
  ["to a directory", "archives", undefined],
  ["through a link out of the project", "archives/link", "../../outside"],
] as const) {
  test(`a path ${title} is refused`, async (t) => {
    const at = places(t);
    writeFileSync(join(at.projectDirectory, "../outside"), content);
    if (prepare !== undefined) symlinkSync(prepare, join(at.projectDirectory, location));
    await assert.rejects(fetchPinnedFile(file(location), at), {
      code: "source-missing",
      message: /in(side)? the project/,
    });
  });
}

test("a file of the project with other bytes is refused with both digests", async (t) => {
  const at = places(t);
  writeFileSync(join(at.projectDirectory, "archives/a"), content);
  const other = "0".repeat(64);
  await assert.rejects(fetchPinnedFile(file("archives/a", other), at), {
    code: "source-differs",
    message: new RegExp(`what agent names, archives/a, .*expected sha256 ${other}, found ${sha256}`),
  });
});

test("a URL is fetched once, verified, and fetched again when the cache is damaged", async (t) => {
  const index = await serveIndex(t, { a: content });
  const at = places(t);
  const url = index.url.replace("simple/", "files/a");
  const path = await fetchPinnedFile(file(url), at);
  assert.equal(path, join(at.cache, sha256));
  await fetchPinnedFile(file(url), at);
  assert.equal(index.requests.length, 1);
  writeFileSync(path, "something else");
  assert.deepEqual(readFileSync(await fetchPinnedFile(file(url), at)), content);
  assert.equal(index.requests.length, 2);
});

test("a URL with other bytes leaves nothing under the pin", async (t) => {
  const index = await serveIndex(t, { a: content });
  const at = places(t);
  const other = "1".repeat(64);
  await assert.rejects(fetchPinnedFile(file(index.url.replace("simple/", "files/a"), other), at), {
    code: "source-differs",
  });
  assert.ok(!readdirSync(at.cache).includes(other));
});

test("a name in the Python index is fetched once, and other bytes than the pinned are refused", async (t) => {
  const index = await serveIndex(t, { "sample-1.1.tar.gz": content });
  const pip = await bareQuestion(t, { PIP_INDEX_URL: index.url });
  if (pip === undefined) return t.skip(needsPip);
  const at = places(t, pip);
  const location = "python-index:sample==1.1";
  const path = await fetchPinnedFile(file(location), at);
  assert.deepEqual(readFileSync(path), content);
  const asked = index.requests.length;
  await fetchPinnedFile(file(location), at);
  assert.equal(index.requests.length, asked);
  await assert.rejects(fetchPinnedFile(file(location, "2".repeat(64)), at), {
    code: "source-differs",
    message: /files\/sample-1\.1\.tar\.gz, is not what the stack pins/,
  });
  assert.deepEqual(
    readdirSync(at.cache).filter((name) => !name.startsWith(".")),
    [sha256],
  );
});
