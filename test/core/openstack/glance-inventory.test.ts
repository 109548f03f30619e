import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test, type TestContext } from "node:test";
import type { IronicImagesError } from "../../../core/errors.ts";
import { glanceClient } from "../../../core/openstack/glance.ts";
import { glanceInventory, listPath } from "../../../core/openstack/glance-inventory.ts";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startFront } from "./front.ts";
import { listen } from "./listen.ts";
import { uploads, type Uploads } from "./uploads.ts";
import { variant } from "./variant.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

async function userOf(t: TestContext, name: string): Promise<{ session: Session; images: Uploads }> {
  const session = await authenticate(await variant(t, cloud.cloudsFile, name));
  const images = uploads(session);
  t.after(images.clean);
  return { session, images };
}

test("images of every visibility and hidden ones are listed over several pages, each once", async (t) => {
  const { session, images } = await userOf(t, "local");
  const made = [
    await images.queued(),
    await images.queued({ visibility: "shared" }),
    await images.queued({ visibility: "community" }),
    await images.queued({ os_hidden: true }),
    await images.queued({ os_hidden: true, visibility: "community" }),
  ];
  const front = await startFront(session.imageEndpoint);
  t.after(front.stop);
  const listed = await glanceInventory({ ...session, imageEndpoint: front.url }, 2).list();
  const ids = listed.map(({ id }) => id);
  for (const id of made) assert.ok(ids.includes(id), id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(front.requests.filter(({ path }) => path.includes("marker=")).length >= 2);
  const hidden = listed.find(({ id }) => id === made[3]);
  assert.deepEqual([hidden?.os_hidden, hidden?.owner], [true, session.projectId]);
});

test("a community image of another project is listed, a private one is not", async (t) => {
  // `local` is an admin, who sees everything.
  const { session } = await userOf(t, "other");
  const { images } = await userOf(t, "local");
  const [seen, unseen] = [await images.queued({ visibility: "community" }), await images.queued()];
  const ids = (await glanceInventory(session).list()).map(({ id }) => id);
  assert.deepEqual([ids.includes(seen), ids.includes(unseen)], [true, false]);
});

test("an image is deleted, and the second time it is gone", async (t) => {
  const { session, images } = await userOf(t, "local");
  const { id } = await images.upload("kernel");
  const inventory = glanceInventory(session);
  assert.equal(await inventory.delete(id), "deleted");
  assert.equal(await glanceClient(session).get(id), undefined);
  assert.equal(await inventory.delete(id), "gone");
  assert.equal(await inventory.delete(randomUUID()), "gone");
});

test("a protected image is refused with Glance's reason, and stays", async (t) => {
  const { session, images } = await userOf(t, "local");
  const client = glanceClient(session);
  const id = await images.queued({ protected: true });
  const refused = assert.rejects(glanceInventory(session).delete(id), (error: IronicImagesError) => {
    assert.equal(error.code, "glance-refused");
    assert.match(error.message, new RegExp(`^Glance: DELETE /v2/images/${id}: 403 .*protected`));
    return true;
  });
  await refused.finally(() => client.patch(id, [{ op: "replace", path: "/protected", value: false }]));
});

test("a token that Glance does not know any more is renewed for the list, too", async (t) => {
  const { session, images } = await userOf(t, "local");
  const id = await images.queued();
  const listed = await glanceInventory({ ...session, token: "gAAAAA-expired" }).list();
  assert.ok(listed.some((image) => image.id === id));
});

for (const [title, status, body, message] of [
  ["an answer of 503", 503, "busy", /^Glance: GET \/v2\/images\?.*: 503 busy$/],
  ["a 200 that is no list", 200, "{}", /the answer is no list of images/],
  ["a page that promises more and is empty", 200, '{"images":[],"next":"/v2/images"}', /does not go on/],
] as const) {
  test(`${title} is an error and never a shorter list (stand-in for Glance)`, async (t) => {
    const { session } = await userOf(t, "local");
    const { url, stop } = await listen(
      createServer((_, response) => response.writeHead(status).end(body)),
      "http",
    );
    t.after(stop);
    await assert.rejects(glanceInventory({ ...session, imageEndpoint: url }).list(), {
      code: "glance-refused",
      message,
    });
  });
}

test("the list asks for all visibilities, in an order that new images do not shift", () => {
  assert.equal(
    listPath(true, "last", 7),
    "/v2/images?visibility=all&member_status=all&os_hidden=true&sort=created_at%3Aasc%2Cid%3Aasc&limit=7&marker=last",
  );
});
