import assert from "node:assert/strict";
import { test } from "node:test";
import type { IronicImagesError } from "../../../core/errors.ts";
import { baremetalEndpoint, listNodes } from "../../../core/openstack/ironic.ts";
import type { Session } from "../../../core/openstack/keystone.ts";
import { standInIronic, type StandInNode } from "./stand-in-ironic.ts";

const session: Session = {
  cloud: {
    source: "cloud x",
    authUrl: "http://keystone.invalid/v3",
    identity: { method: "token", token: "t" },
    region: "RegionOne",
    interface: "public",
    tls: { verify: true },
  },
  token: "secret-token",
  projectId: "p",
  imageEndpoint: "http://glance.invalid",
  roles: ["admin"],
  catalog: [],
};

const endpoint = (kind: string, region = "RegionOne") => ({
  interface: kind,
  region_id: region,
  url: `http://${kind}.example.org:6385/v1/`,
});

for (const [title, service, url] of [
  ["of type baremetal", { type: "baremetal", endpoints: [endpoint("public")] }, "http://public.example.org:6385"],
  ["of type bare-metal", { type: "bare-metal", endpoints: [endpoint("public")] }, "http://public.example.org:6385"],
  ["of another region", { type: "baremetal", endpoints: [endpoint("public", "RegionTwo")] }, undefined],
  ["without endpoints", { type: "baremetal", endpoints: [] }, undefined],
  ["of another type", { type: "baremetal-introspection", endpoints: [endpoint("public")] }, undefined],
] as const) {
  test(`a service ${title} ${url === undefined ? "is no Ironic" : "is Ironic"}`, () => {
    const catalog = [{ type: service.type, endpoints: [...service.endpoints] }];
    assert.equal(baremetalEndpoint({ ...session, catalog }), url);
  });
}

test("an Ironic with internal endpoints only is an error, unless its address is configured", () => {
  const catalog = [{ type: "baremetal", endpoints: [endpoint("internal")] }];
  assert.throws(() => baremetalEndpoint({ ...session, catalog }), {
    code: "cloud-config",
    message: /no public baremetal endpoint, but internal; set baremetal_endpoint_override$/,
  });
  const cloud = { ...session.cloud, baremetalEndpoint: "http://ironic.example.org/" };
  assert.equal(baremetalEndpoint({ cloud, catalog }), "http://ironic.example.org");
});

test("an Ironic at a rubbish address of the catalog is an error, unless its address is configured", () => {
  const catalog = [{ type: "baremetal", endpoints: [{ ...endpoint("public"), url: "ironic:6385" }] }];
  assert.throws(() => baremetalEndpoint({ ...session, catalog }), {
    code: "cloud-config",
    message: /^cloud x: the public baremetal endpoint of the catalog is no http.*set baremetal_endpoint_override$/,
  });
  const cloud = { ...session.cloud, baremetalEndpoint: "http://ironic.example.org/" };
  assert.equal(baremetalEndpoint({ cloud, catalog }), "http://ironic.example.org");
});

test("nodes are read over several pages, with a version that old and new Ironic know (stand-in for Ironic)", async (t) => {
  const nodes: StandInNode[] = ["a", "b", "c", "d", "e"].map((uuid) => ({ uuid, name: `node-${uuid}` }));
  const ironic = await standInIronic(t, nodes);
  const found = await listNodes(session, ironic.url, 2);
  assert.deepEqual(
    found.map(({ uuid, name }) => [uuid, name]),
    nodes.map(({ uuid, name }) => [uuid, name]),
  );
  assert.deepEqual(
    ironic.requests.map(({ path }) => new URL(path, ironic.url).searchParams.get("marker")),
    [null, "b", "d"],
  );
  for (const { path, headers } of ironic.requests) {
    assert.equal(headers["x-openstack-ironic-api-version"], "1.8");
    assert.equal(headers["x-auth-token"], "secret-token");
    assert.equal(new URL(path, ironic.url).searchParams.get("fields"), "uuid,name,driver_info,instance_info");
  }
});

for (const [title, answer, roles, message] of [
  ["a 403", 403, ["admin"], /^Ironic: GET \/v1\/nodes\?\S+: 403 /],
  ["a 406 of an Ironic that knows no such version", 406, ["admin"], /: 406 /],
  ["no node for somebody who is no admin", [], ["member", "reader"], /no node at all/],
  [
    "driver_info withheld by policy",
    [{ uuid: "a", driver_info: { content: "** Redacted - requires baremetal:node:get:driver_info permission. **" } }],
    ["reader"],
    /driver_info of node a is withheld/,
  ],
] as const) {
  test(`${title} is an error, not "no reference" (stand-in for Ironic)`, async (t) => {
    const ironic = await standInIronic(t, answer);
    await assert.rejects(listNodes({ ...session, roles }, ironic.url), (error: IronicImagesError) => {
      assert.equal(error.code, "ironic-refused");
      assert.match(error.message, message);
      assert.ok(!error.message.includes("secret-token"));
      return true;
    });
  });
}

test("no node for an Admin is believed as well (stand-in for Ironic)", async (t) => {
  const ironic = await standInIronic(t, []);
  assert.deepEqual(await listNodes({ ...session, roles: ["Admin"] }, ironic.url), []);
});

test("no node for an admin is an Ironic without nodes (stand-in for Ironic)", async (t) => {
  const ironic = await standInIronic(t, []);
  assert.deepEqual(await listNodes(session, ironic.url), []);
});

test("an Ironic that is down is an error", async (t) => {
  const ironic = await standInIronic(t, []);
  const url = ironic.url.replace(/\d+$/, "1");
  await assert.rejects(listNodes(session, url), { code: "cloud-unreachable" });
});
