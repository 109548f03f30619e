import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as http from "node:http";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { Credentials } from "../../../core/openstack/credentials.ts";
import type { IronicImagesError } from "../../../core/errors.ts";
import { glanceClient } from "../../../core/openstack/glance.ts";
import { authenticate, authRequest, imageEndpoint, serviceMessage } from "../../../core/openstack/keystone.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startFront } from "./front.ts";
import { listen } from "./listen.ts";
import { variant } from "./variant.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

const user = { name: "me", domain: { id: "default" } };
const requests: { title: string; given: Credentials; url: string; identity: unknown; scope?: unknown }[] = [
  {
    title: "password",
    given: {
      authUrl: "http://k:5000/v3/",
      identity: { method: "password", user, password: "p" },
      project: { id: "x" },
    },
    url: "http://k:5000/v3/auth/tokens",
    identity: { methods: ["password"], password: { user: { ...user, password: "p" } } },
    scope: { project: { id: "x" } },
  },
  {
    title: "token, address without version",
    given: { authUrl: "http://k/identity", identity: { method: "token", token: "t" }, project: { id: "x" } },
    url: "http://k/identity/v3/auth/tokens",
    identity: { methods: ["token"], token: { id: "t" } },
    scope: { project: { id: "x" } },
  },
  {
    title: "application credential",
    given: { authUrl: "http://k", identity: { method: "application_credential", name: "n", user, secret: "s" } },
    url: "http://k/v3/auth/tokens",
    identity: { methods: ["application_credential"], application_credential: { name: "n", user, secret: "s" } },
  },
];
for (const { title, given, url, identity, scope } of requests) {
  test(`authRequest: ${title}`, () => {
    assert.deepEqual(authRequest(given), {
      url,
      body: { auth: { identity, ...(scope === undefined ? {} : { scope }) } },
    });
  });
}

const catalog = [
  { type: "identity", endpoints: [{ interface: "public", region_id: "One", url: "http://keystone" }] },
  {
    type: "image",
    endpoints: [
      { interface: "internal", region_id: "One", url: "http://one-internal" },
      { interface: "public", region_id: "One", url: "http://one" },
      { interface: "public", region: "Two", url: "http://two" },
    ],
  },
];
const endpoints = [
  { title: "the first of any region", region: {}, interface: "public", url: "http://one" },
  { title: "of the region", region: { region: "Two" }, interface: "public", url: "http://two" },
  { title: "of the interface", region: {}, interface: "internal", url: "http://one-internal" },
] as const;
for (const { title, region, interface: wanted, url } of endpoints) {
  test(`imageEndpoint: ${title}`, () =>
    assert.equal(imageEndpoint(catalog, { source: "cloud x", interface: wanted, ...region }), url));
}

test("fault 45: a catalog without image service is told with the endpoints that there are", () => {
  const compute = [{ type: "compute", endpoints: [{ interface: "public", region_id: "One", url: "http://nova" }] }];
  const image = [{ type: "image", endpoints: [{ interface: "admin", region_id: "One", url: "http://glance" }] }];
  const wanted = { source: "cloud x in y", interface: "public" } as const;
  assert.throws(
    () => imageEndpoint(compute, wanted),
    /^IronicImagesError: cloud x in y: the catalog has no public image endpoint; it has none$/,
  );
  assert.throws(() => imageEndpoint(image, wanted), /no public image endpoint; it has One admin$/);
});

for (const [url, message] of [
  ["not an address", /is no http or https address; correct it in Keystone .*or set image_endpoint_override/],
  ["ftp://glance/", /is no http or https address/],
  ["http://me:s3cret@glance:9292", /has user information/],
] as const) {
  test(`imageEndpoint: ${url} in the catalog is refused and not repeated`, () => {
    const image = { type: "image", endpoints: [{ interface: "public", url }] };
    assert.throws(
      () => imageEndpoint([image], { source: "cloud x", interface: "public" }),
      (error: IronicImagesError) => {
        assert.equal(error.code, "cloud-config");
        assert.match(error.message, /^cloud x: the public image endpoint of the catalog /);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(url));
        return true;
      },
    );
  });
}

test("serviceMessage: the sentence of Glance's HTML and of Keystone's JSON", () => {
  assert.equal(
    serviceMessage(
      "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1>You may\n not.</body></html>",
    ),
    "403 Forbidden You may not.",
  );
  assert.equal(serviceMessage('{"error":{"code":401,"message":"Go away.","title":"Unauthorized"}}'), "Go away.");
});

test("a password opens the project, and its Glance is found in the catalog", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  assert.match(session.projectId, /^[0-9a-f]{32}$/);
  assert.match(session.imageEndpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
  const versions = await fetch(`${session.imageEndpoint}/v2/images`, { headers: { "X-Auth-Token": session.token } });
  assert.equal(versions.status, 200);
});

test("a token opens the same project", async (t) => {
  const first = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const second = await authenticate(
    await variant(t, cloud.cloudsFile, "local", ({ auth }) => Object.assign(auth, { token: first.token })),
  );
  assert.equal(second.cloud.identity.method, "token");
  assert.equal(second.projectId, first.projectId);
});

test("an application credential opens its project, by id and by name; its wrong secret is not shown", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const keystone = session.cloud.authUrl;
  const headers = {
    "X-Auth-Token": session.token,
    "X-Subject-Token": session.token,
    "Content-Type": "application/json",
  };
  const { token } = (await (await fetch(`${keystone}/auth/tokens`, { headers })).json()) as {
    token: { user: { id: string; name: string } };
  };
  const credentials = `${keystone}/users/${token.user.id}/application_credentials`;
  const name = randomUUID();
  const made = await fetch(credentials, {
    method: "POST",
    headers,
    body: JSON.stringify({ application_credential: { name } }),
  });
  assert.equal(made.status, 201);
  const { id, secret } = ((await made.json()) as { application_credential: { id: string; secret: string } })
    .application_credential;
  t.after(() => fetch(`${credentials}/${id}`, { method: "DELETE", headers }));
  const auth_url = keystone;
  const byId = { auth_url, application_credential_id: id, application_credential_secret: secret };
  const byName = {
    auth_url,
    application_credential_name: name,
    application_credential_secret: secret,
    user_id: token.user.id,
  };
  for (const auth of [byId, byName] as Record<string, string>[]) {
    const opened = await authenticate(
      await variant(t, cloud.cloudsFile, "local", (entry) => {
        entry.auth = auth;
      }),
    );
    assert.equal(opened.projectId, session.projectId);
    assert.equal(opened.imageEndpoint, session.imageEndpoint);
  }
  const wrong = await variant(t, cloud.cloudsFile, "local", (entry) => {
    entry.auth = { ...byId, application_credential_secret: "wrong-secret" };
  });
  await assert.rejects(
    authenticate(wrong),
    (error: IronicImagesError) => error.code === "cloud-refused" && !error.message.includes("wrong-secret"),
  );
});

const refused: { title: string; change: Parameters<typeof variant>[3]; code: string; message: RegExp }[] = [
  {
    title: "fault 44: a wrong password",
    change: ({ auth }) => Object.assign(auth, { password: "wrong-secret" }),
    code: "cloud-refused",
    message:
      /^cloud variant in \S+: POST http:\S+\/v3\/auth\/tokens: 401 The request you have made requires authentication/,
  },
  {
    title: "fault 45: an unknown region",
    change: (entry) => Object.assign(entry, { region_name: "Nowhere" }),
    code: "cloud-config",
    message: /no public image endpoint in region_name Nowhere; it has RegionOne public/,
  },
  {
    title: "fault 45: an interface that the catalog has not",
    change: (entry) => Object.assign(entry, { interface: "admin" }),
    code: "cloud-config",
    message: /no admin image endpoint/,
  },
  {
    title: "a port where nobody listens",
    change: ({ auth }) => Object.assign(auth, { auth_url: "http://127.0.0.1:1/v3" }),
    code: "cloud-unreachable",
    message: /^POST http:\/\/127\.0\.0\.1:1\/v3\/auth\/tokens: ECONNREFUSED/,
  },
];
for (const { title, change, code, message } of refused) {
  test(`${title} is refused by the real Keystone`, async (t) => {
    await assert.rejects(
      authenticate(await variant(t, cloud.cloudsFile, "local", change)),
      (error: IronicImagesError) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("wrong-secret"));
        return true;
      },
    );
  });
}

test("a server that repeats what it was asked gets no secret into a message (played by a stand-in for Keystone)", async (t) => {
  const echo = http.createServer(async (request, response) => {
    const asked = await text(request);
    response.writeHead(400).end(JSON.stringify({ error: { message: `cannot read ${asked}` } }));
  });
  const server = await listen(echo, "http");
  t.after(server.stop);
  const password = `"s3cret" of \\ me`;
  const standIn = await variant(t, cloud.cloudsFile, "local", ({ auth }) =>
    Object.assign(auth, { auth_url: server.url, password }),
  );
  await assert.rejects(authenticate(standIn), (error: IronicImagesError) => {
    assert.match(error.message, /: 400 cannot read \{"auth":.*"password":"\[secret\]"/);
    assert.ok(!error.message.includes("s3cret"));
    return true;
  });
});

test("a service that repeats its headers gets no token into a message (played by a stand-in for Glance)", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const echo = http.createServer((request, response) =>
    response.writeHead(409).end(`<html>${JSON.stringify(request.headers)}</html>`),
  );
  const server = await listen(echo, "http");
  t.after(server.stop);
  await assert.rejects(
    glanceClient({ ...session, imageEndpoint: server.url }).get("i1"),
    (error: IronicImagesError) => {
      assert.match(error.message, /^Glance: GET \/v2\/images\/i1: 409 .*"x-auth-token":"\[secret\]"/);
      assert.ok(!error.message.includes(session.token));
      return true;
    },
  );
});

test("an answer that is no token is refused (a stand-in for Keystone answers 200)", async (t) => {
  const front = await startFront("http://127.0.0.1:1", () => ({ status: 200 }));
  t.after(front.stop);
  const standIn = await variant(t, cloud.cloudsFile, "local", ({ auth }) =>
    Object.assign(auth, { auth_url: `${front.url}/v3` }),
  );
  await assert.rejects(authenticate(standIn), { code: "cloud-refused" });
});
