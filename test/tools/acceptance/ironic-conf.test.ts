import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cloud } from "../../../core/openstack/clouds.ts";
import { ironicAuth } from "../../../tools/acceptance/ironic-auth.ts";
import { ironicConf } from "../../../tools/acceptance/ironic-conf.ts";

const domain = { id: "default" };
const cloud: Cloud = {
  source: "cloud ironic in clouds.yaml",
  authUrl: "http://127.0.0.1:5000/v3",
  identity: { method: "password", user: { name: "ironic", domain }, password: "secret" },
  project: { name: "service", domain },
  interface: "public",
  tls: { verify: true },
};
const place = { directory: "/work", apiPort: 1001, filesPort: 1002, cloud };

test("Ironic keeps everything in its directory, and gives nodes addresses that they reach", () => {
  const text = ironicConf(place);
  for (const line of [
    'connection = "sqlite:////work/ironic.db?timeout=60"',
    'http_root = "/work/http"',
    'http_url = "http://192.0.2.2:1002"',
    'endpoint_override = "http://192.0.2.2:1001"',
    'auth_strategy = "keystone"',
    'rpc_transport = "none"',
  ])
    assert.ok(text.includes(`\n${line}\n`), line);
  const paths = text.match(/"[^"]*\/[^"]*"/g)?.filter((value) => !/:\/\//.test(value)) ?? [];
  assert.ok(paths.length > 5);
  assert.deepEqual(
    paths.filter((value) => !value.startsWith('"/work')),
    [],
  );
});

test("every section that speaks to the cloud has the conductor's account, region and interface", () => {
  const text = ironicConf({ ...place, cloud: { ...cloud, region: "north", interface: "internal" } });
  const sections = text.split(/^\[/m).filter((section) => section.includes("password ="));
  assert.deepEqual(
    sections.map((section) => section.split("]")[0]),
    ["keystone_authtoken", "glance", "service_catalog"],
  );
  const glance = sections.find((section) => section.startsWith("glance]")) ?? "";
  assert.match(glance, /region_name = "north"\n/);
  assert.match(glance, /valid_interfaces = "internal"\n/);
});

test("a dollar sign in a password stays one", () => {
  const identity = { ...cloud.identity, password: 'a$b"c$$' } as Cloud["identity"];
  assert.ok(ironicConf({ ...place, cloud: { ...cloud, identity } }).includes('\npassword = "a$$b"c$$$$"\n'));
});

for (const [what, changed, options] of [
  ["a password", {}, { auth_type: "v3password", username: "ironic", user_domain_id: "default", password: "secret" }],
  [
    "an application credential by its id",
    { identity: { method: "application_credential", id: "c1", secret: "s" } },
    { auth_type: "v3applicationcredential", application_credential_id: "c1", application_credential_secret: "s" },
  ],
  [
    "an application credential by its name",
    { identity: { method: "application_credential", name: "c", user: { id: "u1" }, secret: "s" } },
    { application_credential_name: "c", user_id: "u1", application_credential_secret: "s" },
  ],
  ["ids", { project: { id: "p1" } }, { project_id: "p1" }],
  ["a cloud that is not verified", { tls: { verify: false } }, { insecure: true }],
] as const) {
  test(`${what} becomes options of keystoneauth`, () => {
    const found = ironicAuth({ ...cloud, ...changed });
    for (const [name, value] of Object.entries(options)) assert.equal(found[name], value, name);
  });
}

test("the CA of the cloud is named as a file", () => {
  assert.equal(ironicAuth({ ...cloud, tls: { verify: true, ca: "PEM" } }, "/work/ca.pem")["cafile"], "/work/ca.pem");
});

test("a token, which nobody renews, is refused without a word of it", () => {
  assert.throws(
    () => ironicAuth({ ...cloud, identity: { method: "token", token: "t0p" } }),
    (error: Error) => {
      assert.match(error.message, /cloud ironic in clouds\.yaml: the conductor needs a password/);
      return !error.message.includes("t0p");
    },
  );
});
