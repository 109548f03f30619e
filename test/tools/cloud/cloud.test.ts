import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import { execa } from "execa";
import tmp from "tmp";
import { readCloud } from "../../../core/openstack/clouds.ts";
import { authenticate } from "../../../core/openstack/keystone.ts";
import { cloudsFile, cloudStatus, startCloud, stopCloud } from "../../../tools/cloud/control.ts";
import { cacheDirectory } from "../../../tools/paths.ts";
import { ensureVirtualenv } from "../../../tools/python/virtualenv.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = join(import.meta.dirname, "../../..");
const parent = tmp.dirSync({ prefix: "ironic-images-test", unsafeCleanup: true });
// A clone can stand in a directory of any name.
const directory = join(parent.name, "a cloud's #1 $x%20?");
const bytes = randomBytes(300_000);
let virtualenv = "";
let imageId = "";
let coldStart = 0;

before(async () => {
  virtualenv = await ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory() });
});
after(async () => {
  await stopCloud(directory);
  parent.removeCallback();
});

async function glance(cloud: string, method: string, path: string, body?: Buffer | object) {
  const session = await authenticate(
    await readCloud(cloud, { environment: { OS_CLIENT_CONFIG_FILE: cloudsFile(directory) }, directories: [] }),
  );
  const type = Buffer.isBuffer(body)
    ? "application/octet-stream"
    : method === "PATCH"
      ? "application/openstack-images-v2.1-json-patch"
      : "application/json";
  const payload = body === undefined ? null : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
  return fetch(`${session.imageEndpoint}/v2/${path}`, {
    method,
    headers: { "X-Auth-Token": session.token, "Content-Type": type },
    body: payload,
  });
}
const create = async (body: object) =>
  ((await (await glance("local", "POST", "images", body)).json()) as { id: string }).id;
const download = async (cloud: string) =>
  Buffer.from(await (await glance(cloud, "GET", `images/${imageId}/file`)).arrayBuffer());

test("a cloud starts, with what is secret readable by its owner only", async () => {
  const begun = performance.now();
  const status = await startCloud({ directory, virtualenv });
  coldStart = performance.now() - begun;
  assert.equal(status.started, true);
  assert.equal(status.healthy, true);
  assert.equal(status.processes, 5, "two masters, one Keystone worker, two of Glance");
  for (const name of ["passwords.json", "clouds.yaml", "glance-api.conf", "keystone.db", "glance.db"]) {
    assert.equal(statSync(join(directory, name)).mode & 0o77, 0, name);
  }
});

test("the operator stores an image, which nobody else sees until it is public", async () => {
  imageId = await create({ name: "an-image", disk_format: "raw", container_format: "bare", visibility: "private" });
  assert.equal((await glance("local", "PUT", `images/${imageId}/file`, bytes)).status, 204);
  assert.ok((await download("local")).equals(bytes));
  assert.equal((await glance("other", "GET", `images/${imageId}`)).status, 404);
  assert.equal(
    (await glance("local", "PATCH", `images/${imageId}`, [{ op: "replace", path: "/visibility", value: "public" }]))
      .status,
    200,
  );
  assert.ok((await download("other")).equals(bytes));
});

test("a plain user makes nothing public", async () => {
  const { status } = await glance("other", "POST", "images", {
    name: "x",
    disk_format: "raw",
    container_format: "bare",
    visibility: "public",
  });
  assert.equal(status, 403);
});

test("bytes are checked against their format, ids against theirs", async () => {
  const wrong = await create({ name: "not-qcow2", disk_format: "qcow2", container_format: "bare" });
  assert.equal((await glance("local", "PUT", `images/${wrong}/file`, bytes)).status, 415);
  assert.equal((await glance("local", "DELETE", `images/${wrong}`)).status, 204);
  assert.equal(
    (
      await glance("local", "POST", "images", {
        name: "x",
        disk_format: "raw",
        container_format: "bare",
        kernel_id: "my-kernel",
      })
    ).status,
    400,
  );
});

test("a second start changes nothing, and takes no time", async () => {
  const before = await cloudStatus(directory);
  const begun = performance.now();
  const { started, running } = await startCloud({ directory, virtualenv });
  assert.equal(started, false);
  assert.deepEqual(running, before.running);
  // 0.3 s against 4 s on a machine that does nothing else.
  assert.ok(performance.now() - begun < coldStart / 3);
});

test("stop leaves no process; a restart keeps images and clouds.yaml", async () => {
  const clouds = readFileSync(cloudsFile(directory), "utf8");
  assert.equal(await stopCloud(directory), true);
  assert.deepEqual((await cloudStatus(directory)).running, {});
  assert.equal(await stopCloud(directory), false);
  assert.equal((await startCloud({ directory, virtualenv })).started, true);
  assert.equal(readFileSync(cloudsFile(directory), "utf8"), clouds);
  assert.ok((await download("local")).equals(bytes));
});

test("a start mends a cloud whose Glance was killed", async () => {
  const { running } = await cloudStatus(directory);
  process.kill(running.glance ?? 0, "SIGKILL");
  while ((await cloudStatus(directory)).running.glance !== undefined) await sleep(50);
  assert.equal((await cloudStatus(directory)).healthy, false);
  const status = await startCloud({ directory, virtualenv });
  assert.equal(status.healthy, true);
  assert.equal(status.processes, 5, "no worker of the killed one is left");
  assert.ok((await download("local")).equals(bytes));
});

test("with its port taken the cloud moves, and its catalog with it", async () => {
  const { ports } = await cloudStatus(directory);
  await stopCloud(directory);
  const squatter = createServer().listen(ports.glance, "127.0.0.1");
  try {
    const moved = await startCloud({ directory, virtualenv });
    assert.notEqual(moved.ports.glance, ports.glance);
    assert.equal(moved.ports.keystone, ports.keystone);
    assert.ok((await download("local")).equals(bytes));
  } finally {
    squatter.close();
  }
});

test("two starts at once give one cloud", async () => {
  await stopCloud(directory);
  const both = await Promise.all([startCloud({ directory, virtualenv }), startCloud({ directory, virtualenv })]);
  assert.deepEqual(both.map(({ started }) => started).sort(), [false, true]);
  assert.equal((await cloudStatus(directory)).processes, 5);
});

for (const file of ["keystone.pid.json", "glance.version", "clouds.yaml"]) {
  test(`a start that is killed when ${file} appears is made good by the next`, { timeout: 120_000 }, async (t) => {
    const fresh = join(temporaryDirectory(t), "cloud");
    t.after(() => stopCloud(fresh));
    const starter = execa(
      join(virtualenv, "bin/python"),
      ["-B", join(repository, "tools/cloud/server/main.py"), "up", fresh],
      { reject: false, stdin: "ignore", detached: true },
    );
    while (!existsSync(join(fresh, file))) await sleep(5);
    starter.kill("SIGKILL");
    await starter;
    const status = await startCloud({ directory: fresh, virtualenv });
    assert.equal(status.healthy, true);
    assert.equal(status.processes, 5);
    assert.equal(await stopCloud(fresh), true);
    assert.equal((await cloudStatus(fresh)).processes, 0);
  });
}

test("a pid that belongs to somebody else by now is left alone", async (t) => {
  const place = temporaryDirectory(t);
  const somebody = execa("sleep", ["60"], { reject: false, detached: true, cwd: place });
  t.after(() => somebody.kill());
  writeFileSync(join(place, "keystone.pid.json"), JSON.stringify({ pid: somebody.pid, startTime: "1" }));
  assert.equal(await stopCloud(place), false);
  assert.equal(process.kill(somebody.pid ?? 0, 0), true);
});

test("a start that fails says where the logs are, and leaves nothing running", async (t) => {
  const place = join(temporaryDirectory(t), "cloud");
  await startCloud({ directory: place, virtualenv });
  await stopCloud(place);
  writeFileSync(join(place, "keystone.db"), "no database");
  await assert.rejects(
    startCloud({ directory: place, virtualenv }),
    (error: Error) => /cloud-failed/.test(Reflect.get(error, "code") as string) && error.message.includes(place),
  );
  assert.equal((await cloudStatus(place)).processes, 0);
});
