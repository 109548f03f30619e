import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fetchPair, type FetchPairRequest } from "../../../core/deploy-images/fetch-pair.ts";
import type { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { sha256Of } from "../download/server.ts";
import { filesOf, pinsOf, publish, someBuild, sourceAt, stem } from "./publisher.ts";

function request(t: TestContext, of: Pick<FetchPairRequest, "source" | "pins">) {
  const [directory, partialDirectory] = [temporaryDirectory(t), temporaryDirectory(t)];
  const common = { name: "deploy", directory, partialDirectory, report: () => undefined };
  return {
    request: { ...common, limits: { idleTimeout: 500, pauses: [] }, ...of },
    files: () => readdirSync(directory).sort(),
    read: (name: string) => readFileSync(join(directory, name)),
    /** What stays for the next run, but for locks. */
    kept: () =>
      readdirSync(partialDirectory)
        .filter((name) => !name.endsWith(".lock"))
        .sort(),
    partialDirectory,
  };
}

test("a pair is downloaded, verified and put in place, and nothing else stays", async (t) => {
  const build = someBuild();
  const { origin, paths } = await publish(t, filesOf(build));
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  await fetchPair(pair.request);
  assert.deepEqual(pair.files(), ["deploy.initramfs", "deploy.kernel"]);
  assert.deepEqual(pair.read("deploy.kernel"), build.kernel);
  assert.deepEqual(pair.read("deploy.initramfs"), build.initramfs);
  assert.deepEqual(pair.kept(), []);
  assert.deepEqual(paths().sort(), [`/files/${stem}.initramfs`, `/files/${stem}.kernel`]);
});

test("two jobs that want the same pair at once both get it", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const one = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  const two = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  await Promise.all([one.request, { ...two.request, partialDirectory: one.partialDirectory }].map(fetchPair));
  for (const pair of [one, two]) assert.deepEqual(pair.read("deploy.initramfs"), build.initramfs);
});

for (const wrong of ["kernel", "initramfs"] as const) {
  const other = wrong === "kernel" ? "initramfs" : "kernel";
  test(`fault 27: when the ${wrong} is of another build there is no pair, and the right ${other} is not downloaded twice`, async (t) => {
    const [build, next] = [someBuild(), someBuild()];
    const { origin, files, paths } = await publish(t, filesOf(build));
    files.set(`/files/${stem}.${wrong}`, next[wrong]);
    const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
    await assert.rejects(fetchPair(pair.request), (error: IronicImagesError) => {
      assert.equal(error.code, "deploy-image-differs");
      for (const part of [
        sha256Of(build[wrong]),
        sha256Of(next[wrong]),
        `${stem}.${wrong}`,
        "npm run pin -- --stack S",
      ])
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      return true;
    });
    assert.deepEqual(pair.files(), []);
    assert.deepEqual(pair.kept(), [`${sha256Of(build[other])}.complete`]);

    files.set(`/files/${stem}.${wrong}`, build[wrong]);
    await fetchPair(pair.request);
    assert.deepEqual(pair.read("deploy.kernel"), build.kernel);
    assert.deepEqual(pair.read("deploy.initramfs"), build.initramfs);
    assert.equal(paths().filter((path) => path === `/files/${stem}.${other}`).length, 1);
    assert.deepEqual(pair.kept(), []);
  });
}

test("fault 27: a whole new build upstream is told with the digests of both files", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin } = await publish(t, filesOf(next));
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  await assert.rejects(fetchPair(pair.request), (error: Error) =>
    [build.kernel, build.initramfs, next.kernel, next.initramfs].every((file) =>
      error.message.includes(sha256Of(file)),
    ),
  );
});

test("fault 27: a pair that was cut while upstream moves on is never put together from two builds", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  let cutting = true;
  const { origin, files } = await publish(t, filesOf(build), (incoming, response) => {
    if (!cutting || incoming.url !== `/files/${stem}.initramfs`) return false;
    response.writeHead(200, { "content-length": build.initramfs.length, etag: `"${sha256Of(build.initramfs)}"` });
    response.write(build.initramfs.subarray(0, 400_000), () => setTimeout(() => response.destroy(), 20));
    return true;
  });
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  await assert.rejects(fetchPair(pair.request), { code: "download-failed" });
  assert.deepEqual(pair.kept().length, 3, "the kernel, a part of the initramfs and its note");

  cutting = false;
  for (const [path, bytes] of filesOf(next)) files.set(path, bytes);
  await assert.rejects(fetchPair(pair.request), { code: "deploy-image-differs" });
  assert.deepEqual(pair.files(), []);
  await fetchPair({ ...pair.request, pins: pinsOf(next) });
  assert.deepEqual([pair.read("deploy.kernel"), pair.read("deploy.initramfs")], [next.kernel, next.initramfs]);
});

test("fault 22: a cut initramfs is continued by the next run, with the kernel that is there", async (t) => {
  const build = someBuild();
  let cutting = true;
  const { origin, requests } = await publish(t, filesOf(build), (incoming, response) => {
    if (!cutting || incoming.url !== `/files/${stem}.initramfs`) return false;
    response.writeHead(200, { "content-length": build.initramfs.length, etag: `"${sha256Of(build.initramfs)}"` });
    response.write(build.initramfs.subarray(0, 400_000), () => setTimeout(() => response.destroy(), 20));
    return true;
  });
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  await assert.rejects(fetchPair(pair.request), { code: "download-failed" });
  cutting = false;
  await fetchPair(pair.request);
  assert.deepEqual(pair.read("deploy.initramfs"), build.initramfs);
  assert.deepEqual(
    requests.map(({ headers }) => headers.range),
    [undefined, undefined, "bytes=400000-"],
  );
});

test("a complete file that was damaged since is downloaded again", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  writeFileSync(join(pair.partialDirectory, `${sha256Of(build.kernel)}.complete`), "damaged");
  await fetchPair(pair.request);
  assert.deepEqual(pair.read("deploy.kernel"), build.kernel);
});

for (const blocked of ["kernel", "initramfs"]) {
  test(`if the ${blocked} cannot be put in place, neither is there, and the next run brings both`, async (t) => {
    const build = someBuild();
    const { origin } = await publish(t, filesOf(build));
    const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
    const obstacle = join(pair.request.directory, `deploy.${blocked}`);
    mkdirSync(obstacle);
    await assert.rejects(fetchPair(pair.request), { code: "EISDIR" });
    assert.deepEqual(pair.files(), [`deploy.${blocked}`]);
    rmdirSync(obstacle);
    await fetchPair(pair.request);
    assert.deepEqual(pair.read("deploy.kernel"), build.kernel);
    assert.deepEqual(pair.read("deploy.initramfs"), build.initramfs);
  });
}

test("data that nobody continued for weeks are swept, younger ones and other files are not", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const pair = request(t, { source: sourceAt(origin), pins: pinsOf(build) });
  const [old, young] = [`${"a".repeat(64)}.partial`, `${"b".repeat(64)}.complete`];
  for (const name of [old, young, "other"]) writeFileSync(join(pair.partialDirectory, name), "x");
  const longAgo = Date.now() / 1000 - 15 * 24 * 3600;
  for (const name of [old, "other"]) utimesSync(join(pair.partialDirectory, name), longAgo, longAgo);
  await fetchPair(pair.request);
  assert.deepEqual(pair.kept(), [young, "other"]);
});
