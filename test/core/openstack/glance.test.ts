import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test, type TestContext } from "node:test";
import type { IronicImagesError } from "../../../core/errors.ts";
import { glanceClient } from "../../../core/openstack/glance.ts";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import { verifyImage } from "../../../core/openstack/verify.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startFront, type Fault, type Recorded } from "./front.ts";
import { uploads, type Uploads } from "./uploads.ts";
import { variant } from "./variant.ts";

let cloud: TestCloud;
let session: Session;
let images: Uploads;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

async function fresh(t: TestContext): Promise<void> {
  session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  images = uploads(session);
  t.after(images.clean);
}

async function throughFront(t: TestContext, fault?: (request: Recorded, earlier: number) => Fault | undefined) {
  const front = await startFront(session.imageEndpoint, fault);
  t.after(front.stop);
  return {
    front,
    session: { ...session, imageEndpoint: front.url, cloud: { ...session.cloud, imageEndpoint: front.url } },
  };
}

test("an uploaded image is read back as what was uploaded, and any other expectation is a difference", async (t) => {
  await fresh(t);
  for (const expected of await images.triple()) {
    const actual = await glanceClient(session).get(expected.id);
    assert.ok(actual);
    assert.deepEqual(verifyImage(expected, actual), []);
    const flipped = { ...expected, sha512: expected.sha512.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) };
    const wrong = { ...flipped, size: expected.size + 1, diskFormat: "raw", containerFormat: "ovf" };
    const fields = verifyImage(wrong, actual).map(({ field }) => field);
    assert.deepEqual(fields, ["size", "os_hash_value", "disk_format", "container_format"]);
  }
});

test("an image without data differs in status and size", async (t) => {
  await fresh(t);
  const actual = await glanceClient(session).get(await images.queued());
  assert.ok(actual);
  const expected = { size: 1, sha256: "", sha512: "", diskFormat: "qcow2", containerFormat: "bare" };
  assert.deepEqual(
    verifyImage(expected, actual).map(({ field }) => field),
    ["status", "size", "os_hash_algo"],
  );
});

test("an image that is not there, or not for us to see, is undefined", async (t) => {
  await fresh(t);
  const { id } = await images.upload("kernel");
  const stranger = await authenticate(await variant(t, cloud.cloudsFile, "other"));
  assert.equal(await glanceClient(stranger).get(id), undefined);
  assert.equal(await glanceClient(session).get(randomUUID()), undefined);
  assert.equal(await glanceClient(session).get("../images"), undefined);
});

test("a patch changes the record and answers with it", async (t) => {
  await fresh(t);
  const { id } = await images.upload("kernel");
  const patched = await glanceClient(session).patch(id, [{ op: "add", path: "/note", value: "x" }]);
  assert.equal(patched["note"], "x");
  assert.equal((await glanceClient(session).get(id))?.["note"], "x");
});

test("a patch that policy forbids: method, path, status and Glance's message, and no token", async (t) => {
  await fresh(t);
  const { id } = await uploads(await authenticate(await variant(t, cloud.cloudsFile, "other"))).upload("kernel");
  const stranger = await authenticate(await variant(t, cloud.cloudsFile, "other"));
  t.after(() => uploads(stranger).delete(id));
  await assert.rejects(
    glanceClient(stranger).patch(id, [{ op: "replace", path: "/visibility", value: "public" }]),
    (error: IronicImagesError) => {
      assert.equal(error.code, "glance-refused");
      assert.match(error.message, new RegExp(`^Glance: PATCH /v2/images/${id}: 403 .+`));
      assert.ok(!error.message.includes(stranger.token));
      return true;
    },
  );
});

test("fault 44: a token that Glance does not know any more is renewed once, and the request repeated", async (t) => {
  await fresh(t);
  const { id } = await images.upload("kernel");
  const { front, session: through } = await throughFront(t);
  const client = glanceClient({ ...through, token: "gAAAAA-expired" });
  assert.equal((await client.get(id))?.id, id);
  assert.equal((await client.patch(id, [{ op: "add", path: "/note", value: "x" }]))["note"], "x");
  assert.deepEqual(
    front.requests.map(({ method }) => method),
    ["GET", "GET", "PATCH"],
  );
});

test("fault 44: a Glance that goes on saying 401 is an error after one renewal (injected fault)", async (t) => {
  await fresh(t);
  const { front, session: through } = await throughFront(t, () => ({ status: 401 }));
  await assert.rejects(glanceClient(through).get(randomUUID()), { code: "glance-refused" });
  assert.equal(front.requests.length, 2);
});

for (const [title, days] of [
  ["ahead", 1],
  ["behind", -1],
] as const) {
  test(`fault 44: a clock that is a day ${title} (played) changes nothing, because Keystone judges its tokens`, async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + days * 24 * 3600 * 1000 });
    await fresh(t);
    const { id } = await images.upload("kernel");
    assert.equal((await glanceClient(session).get(id))?.id, id);
  });
}

for (const [title, status, message] of [
  ["an answer of 500", 500, /GET \/v2\/images\/x: 500 injected$/],
  ["a 200 that is no JSON", 200, /the answer is not JSON/],
] as const) {
  test(`${title} is an error (injected fault)`, async (t) => {
    await fresh(t);
    const { session: through } = await throughFront(t, () => ({ status }));
    await assert.rejects(glanceClient(through).get("x"), { code: "glance-refused", message });
  });
}
