import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as http from "node:http";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCloud, type Cloud } from "../../../core/openstack/clouds.ts";
import { keptSession } from "../../../core/openstack/kept-session.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { listen } from "./listen.ts";

/** A Keystone that counts its logins, and refuses as many as it is told to. */
async function countingKeystone(t: TestContext, refusals = 0) {
  let logins = 0;
  const server = http.createServer((_request, response) => {
    logins += 1;
    if (logins <= refusals) return void response.writeHead(401).end("{}");
    const endpoint = { interface: "public", region: "one", url: "http://127.0.0.1:9/" };
    const token = { project: { id: "p" }, catalog: [{ type: "image", endpoints: [endpoint] }] };
    response.writeHead(201, { "X-Subject-Token": randomUUID() }).end(JSON.stringify({ token }));
  });
  const { url, stop } = await listen(server, "http");
  t.after(stop);
  const cloud = (password: string): Promise<Cloud> => {
    const auth = {
      auth_url: url,
      username: "u",
      password,
      project_name: "p",
      user_domain_id: "d",
      project_domain_id: "d",
    };
    const file = join(temporaryDirectory(t), "clouds.yaml");
    writeFileSync(file, stringify({ clouds: { x: { auth } } }));
    return readCloud("x", { environment: { OS_CLIENT_CONFIG_FILE: file }, directories: [] });
  };
  return { cloud, logins: () => logins };
}

test("a stand-in for Keystone sees one login of the same credentials, however many ask at once and later", async (t) => {
  const keystone = await countingKeystone(t);
  const cloud = await keystone.cloud("secret");
  const sessions = await Promise.all([keptSession(cloud), keptSession({ ...cloud })]);
  const { token } = await keptSession(cloud);
  assert.deepEqual(
    sessions.map((session) => session.token),
    [token, token],
  );
  assert.equal(keystone.logins(), 1);
});

test("other credentials get a session of their own from a stand-in for Keystone", async (t) => {
  const keystone = await countingKeystone(t);
  const [one, other] = [await keystone.cloud("one"), await keystone.cloud("other")];
  assert.notEqual((await keptSession(one)).token, (await keptSession(other)).token);
  assert.equal(keystone.logins(), 2);
});

test("a login that a stand-in for Keystone refused is tried again by who asks next", async (t) => {
  const keystone = await countingKeystone(t, 1);
  const cloud = await keystone.cloud("secret");
  await assert.rejects(keptSession(cloud), { code: "cloud-refused" });
  assert.match((await keptSession(cloud)).token, /./);
});

test("a session of a stand-in for Keystone is kept for five minutes, and then there is another", async (t) => {
  const keystone = await countingKeystone(t);
  const cloud = await keystone.cloud("secret");
  const now = performance.now();
  const clock = t.mock.method(performance, "now", () => now);
  const { token } = await keptSession(cloud);
  clock.mock.mockImplementation(() => now + 299_000);
  assert.equal((await keptSession(cloud)).token, token);
  clock.mock.mockImplementation(() => now + 301_000);
  assert.notEqual((await keptSession(cloud)).token, token);
});
