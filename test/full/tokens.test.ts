import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { placesOf } from "../support/glance.ts";
import { noTokenCache, ownCloud, revokeToken, type OwnCloud } from "../support/own-cloud.ts";

// Long enough for the start of the cloud on a busy machine.
const lifetimeSeconds = 12;

let cloud: OwnCloud;
before(async () => {
  cloud = await ownCloud({ glance: noTokenCache });
});
after(() => cloud.stop());

async function outlivesItsToken(end: (keystone: string, token: string) => Promise<unknown>): Promise<void> {
  const session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
  const client = glanceClient(session);
  // Glance says 404 to those whom it believes.
  assert.equal(await client.get(randomUUID()), undefined);
  await end(session.cloud.authUrl, session.token);
  const old = await fetch(`${session.imageEndpoint}/v2/images`, { headers: { "X-Auth-Token": session.token } });
  assert.equal(old.status, 401);
  assert.equal(await client.get(randomUUID()), undefined);
}

test("fault 44: our client authenticates once more when its token is revoked between two calls", () =>
  outlivesItsToken(revokeToken));

test("fault 44: with credentials that ended too it is an error, which shows no secret", async () => {
  const session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
  const { identity } = session.cloud;
  assert.ok(identity.method === "password");
  const changed = { ...session.cloud, identity: { ...identity, password: "wrong-secret" } };
  assert.equal(await revokeToken(session.cloud.authUrl, session.token), 204);
  await assert.rejects(glanceClient({ ...session, cloud: changed }).get(randomUUID()), (error: Error) => {
    assert.match(error.message, /POST \S+\/auth\/tokens: 401/);
    for (const secret of ["wrong-secret", identity.password, session.token])
      assert.equal(error.message.includes(secret), false);
    return true;
  });
});

test("fault 44: our client authenticates once more when its token ends between two calls", async () => {
  await cloud.restart({ glance: noTokenCache, keystone: `[token]\nexpiration = ${lifetimeSeconds}\n` });
  await outlivesItsToken(() => sleep((lifetimeSeconds + 2) * 1000));
});
