import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { BuildJob } from "../../../../core/build/job.ts";
import { deployFingerprintInputs, fingerprint } from "../../../../core/recipe/fingerprint.ts";
import { randomBuild, sha256, startPublisher, type PublishedBuild } from "../../../support/publisher.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { makeProject, type Project } from "../support.ts";

function downloadJob(project: Project, baseUrl: string, { kernel, initramfs }: PublishedBuild): BuildJob {
  const pins = { kernelSha256: sha256(kernel), initramfsSha256: sha256(initramfs) };
  const inputs = deployFingerprintInputs(
    { kind: "deploy-download", architecture: "arm64", ...pins },
    project.directory,
  );
  const locations = {
    [pins.kernelSha256]: `${baseUrl}/ipa-tiny-master.kernel`,
    [pins.initramfsSha256]: `${baseUrl}/ipa-tiny-master.initramfs`,
  };
  return { schema: 1, name: "deploy-arm64", fingerprint: fingerprint(inputs), inputs, locations };
}

function assertNothingPublished(project: Project): void {
  for (const directory of ["staging", "artifacts"]) {
    const path = join(project.directory, ".images", directory);
    assert.deepEqual(existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : [], [], directory);
  }
}

test("a pair is downloaded by the job process, with flock(1) alone on PATH and without a slot, and published", async (t) => {
  const publisher = await startPublisher("ipa-tiny-master");
  t.after(() => publisher.stop());
  const published = randomBuild("arm64");
  publisher.publish(published);
  const project = makeProject(t);
  const bin = temporaryDirectory(t);
  symlinkSync("/usr/bin/flock", join(bin, "flock"));
  process.env["PATH"] = bin;
  const job = downloadJob(project, publisher.baseUrl, published);
  const { record, events } = await project.build(job);
  assert.deepEqual(readFileSync(project.artifact(record, "deploy-arm64.kernel")), published.kernel);
  assert.deepEqual(readFileSync(project.artifact(record, "deploy-arm64.initramfs")), published.initramfs);
  assert.ok((record.files.ramdisk?.virtualSize ?? 0) > 2 ** 21);
  assert.deepEqual([record.tools, Object.keys(record.seconds)], [{}, ["download", "total"]]);
  assert.ok(events.some((event) => event.type === "progress" && event.phase === "download"));
  assert.match(readFileSync(project.artifact(record, "build.log"), "utf8"), /downloading .*ipa-tiny-master\.kernel/);
  assert.ok(!existsSync(join(project.cache, "builds")), "no slot was taken");
  assert.deepEqual(readdirSync(join(project.directory, ".images/jobs")), []);

  const asked = publisher.requests.length;
  assert.deepEqual(await project.build(job), { record, events: [] });
  assert.equal(publisher.requests.length, asked, "a second job finds the artifact");
});

test("two jobs for one pair download it once", async (t) => {
  const publisher = await startPublisher("ipa-tiny-master");
  t.after(() => publisher.stop());
  const published = randomBuild("arm64");
  publisher.publish(published);
  const project = makeProject(t);
  const job = downloadJob(project, publisher.baseUrl, published);
  const [one, other] = await Promise.all([project.build(job), project.build(job)]);
  assert.equal(one.record.buildId, other.record.buildId);
  assert.equal(publisher.requests.length, 2);
});

test("a publisher that has moved on is an error with both digests, and nothing is published", async (t) => {
  const publisher = await startPublisher("ipa-tiny-master");
  t.after(() => publisher.stop());
  const pinned = randomBuild("arm64");
  publisher.publish({ ...randomBuild("arm64"), kernel: pinned.kernel });
  const project = makeProject(t);
  await assert.rejects(project.build(downloadJob(project, publisher.baseUrl, pinned)), {
    code: "deploy-image-differs",
    message: new RegExp(`expected sha256 ${sha256(pinned.initramfs)}`),
  });
  assertNothingPublished(project);
});

test("a job that does not say where a pinned file is is refused", async (t) => {
  const project = makeProject(t);
  const { locations: _none, ...job } = downloadJob(project, "http://127.0.0.1:9", randomBuild("arm64"));
  await assert.rejects(project.build(job), { code: "job-wrong", message: /does not say where to get it/ });
});

test("cancelling a download leaves nothing published, and its server is let go", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": 1_000_000 });
    response.write("x".repeat(1000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const project = makeProject(t);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const build = await project.start(downloadJob(project, baseUrl, randomBuild("arm64")));
  await assert.rejects(
    async () => {
      for await (const event of build.events())
        if (event.type === "note" && event.text.startsWith("downloading")) void build.cancel();
    },
    { code: "build-cancelled" },
  );
  await build.cancel();
  assertNothingPublished(project);
  assert.equal(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), 0);
});
