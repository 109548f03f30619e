import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fetchSdist, parseSdistLocation } from "../../../core/python-index/sdist.ts";
import { serveIndex } from "./index.ts";
import { bareQuestion, needsPip } from "./support.ts";

const files = {
  "sample-1.0.tar.gz": Buffer.from("the older one"),
  "sample-1.1-py3-none-any.whl": Buffer.from("a wheel"),
  "sample-1.1.zip": Buffer.from("the same as zip"),
  "sample-1.1.tar.gz": Buffer.from("the source distribution"),
};
const wanted = { name: "sample", version: "1.1" };

for (const [location, expected] of [
  ["python-index:ironic-python-agent==13.0.0", { name: "ironic-python-agent", version: "13.0.0" }],
  ["python-index:a.b_c==1.0.dev1+local", { name: "a.b_c", version: "1.0.dev1+local" }],
  ["python-index:--index-url==1", undefined],
  ["python-index:sample", undefined],
  ["python-index:sample>=1", undefined],
  ["archives/sample.tar.gz", undefined],
] as const) {
  test(`the location ${location} is ${expected === undefined ? "no name in the index" : "a name in the index"}`, () => {
    assert.deepEqual(parseSdistLocation(location), expected);
  });
}

for (const form of ["json", "html"] as const) {
  test(`a source distribution comes from an index that answers ${form}, as it is`, async (t) => {
    const index = await serveIndex(t, files, form);
    const question = await bareQuestion(t, { PIP_INDEX_URL: index.url });
    if (question === undefined) return t.skip(needsPip);
    const target = join(question.home, "sdist");
    const { url } = await fetchSdist(question, wanted, target);
    assert.match(url, /\/files\/sample-1\.1\.tar\.gz$/);
    assert.equal(readFileSync(target, "utf8"), "the source distribution");
    assert.match(index.requests[0]?.headers.accept ?? "", /vnd\.pypi\.simple\.v1\+json/);
  });
}

test("pip's own files say where the index is, and its environment wins over them", async (t) => {
  const [ofFile, ofEnvironment] = [await serveIndex(t, files), await serveIndex(t, files)];
  const question = await bareQuestion(t);
  if (question === undefined) return t.skip(needsPip);
  const { PIP_CONFIG_FILE: _none, ...env } = question.env;
  mkdirSync(join(question.home, ".config/pip"), { recursive: true });
  writeFileSync(join(question.home, ".config/pip/pip.conf"), `[global]\nindex-url = ${ofFile.url}\n`);
  const target = join(question.home, "sdist");
  await fetchSdist({ ...question, env }, wanted, target);
  assert.deepEqual([ofFile.requests.length, ofEnvironment.requests.length], [2, 0]);
  await fetchSdist({ ...question, env: { ...env, PIP_INDEX_URL: ofEnvironment.url } }, wanted, target);
  assert.deepEqual([ofFile.requests.length, ofEnvironment.requests.length], [2, 2]);
});

test("a user and a password of the index are sent, and not shown", async (t) => {
  const index = await serveIndex(t, files);
  const url = index.url.replace("http://", "http://me:not-shown@");
  const question = await bareQuestion(t, { PIP_INDEX_URL: url });
  if (question === undefined) return t.skip(needsPip);
  const told = await fetchSdist(question, wanted, join(question.home, "sdist"));
  assert.equal(index.requests[0]?.headers.authorization, `Basic ${Buffer.from("me:not-shown").toString("base64")}`);
  assert.doesNotMatch(told.url, /not-shown/);
  await assert.rejects(
    fetchSdist(question, { name: "sample", version: "9" }, join(question.home, "none")),
    (error: Error) => !error.message.includes("not-shown"),
  );
});

test("a version that the index has not is an error that says where was looked", async (t) => {
  const index = await serveIndex(t, files);
  const question = await bareQuestion(t, { PIP_INDEX_URL: index.url });
  if (question === undefined) return t.skip(needsPip);
  const target = join(question.home, "none");
  await assert.rejects(fetchSdist(question, { name: "sample", version: "9" }, target), {
    code: "python-index-failed",
    message: /no source distribution of sample 9 in http:\/\/127\.0\.0\.1/,
  });
  assert.ok(!existsSync(target));
});

test("no index and a directory of files", async (t) => {
  const question = await bareQuestion(t, { PIP_NO_INDEX: "1" });
  if (question === undefined) return t.skip(needsPip);
  writeFileSync(join(question.home, "sample-1.1.tar.gz"), files["sample-1.1.tar.gz"]);
  const target = join(question.home, "sdist");
  await fetchSdist({ ...question, env: { ...question.env, PIP_FIND_LINKS: question.home } }, wanted, target);
  assert.equal(readFileSync(target, "utf8"), "the source distribution");
});

test("a Python without pip is said to be that", async (t) => {
  const question = await bareQuestion(t);
  if (question === undefined) return t.skip(needsPip);
  const python = join(question.home, "python");
  writeFileSync(python, "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'pip'\" >&2\nexit 1\n", {
    mode: 0o755,
  });
  await assert.rejects(fetchSdist({ ...question, python }, wanted, join(question.home, "sdist")), {
    code: "python-index-failed",
    message: /has no pip.*npm start/,
  });
});
