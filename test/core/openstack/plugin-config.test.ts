import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { pluginConfigMistakes, pluginEndpoints, pluginOptions } from "../../../core/openstack/plugin-config.ts";

test("cloud, region and what leads the plugin nowhere else are fine, and other namespaces are not ours", () => {
  const keys = ["openstack:cloud", "openstack:region", "openstack:maxRetries", "openstack:useOctavia", "aws:region"];
  assert.deepEqual(pluginConfigMistakes(keys), []);
});

test("every other key of the plugin is refused by its name, because our own client would not follow it", () => {
  const sdk = createRequire(import.meta.url)("@pulumi/openstack/config/vars.js") as object;
  const keys = Object.keys(Object.getOwnPropertyDescriptors(sdk)).filter((key) => key !== "__esModule");
  const refused = pluginConfigMistakes(keys.map((key) => `openstack:${key}`)).map((mistake) => mistake.split(":")[1]);
  for (const key of ["authUrl", "password", "tenantId", "endpointOverrides", "endpointType", "insecure", "cacertFile"])
    assert.ok(refused.includes(key), key);
  assert.equal(keys.length - refused.length, 9);
});

test("what is the plugin's alone is handed on, and nothing else", () => {
  const config = { "openstack:cloud": "lab", "openstack:maxRetries": "3", "ironic-images:build": "{}" };
  assert.deepEqual(pluginOptions(config), { maxRetries: "3" });
});

const there = "https://glance.example.org";
for (const [title, endpoint, named, image] of [
  ["the address of the state, so that a token of another Keystone is refused there", there, undefined, `${there}/v2/`],
  ["nothing known yet", undefined, undefined, undefined],
  ["a local cloud, whose ports change", "http://127.0.0.1:1", undefined, undefined],
  ["a local cloud with an override", "http://127.0.0.1:1", "http://127.0.0.1:2/v2", "http://127.0.0.1:2/v2/"],
] as const) {
  test(`the plugin's Glance: ${title}`, () => {
    const cloud = named === undefined ? {} : { imageEndpoint: named };
    const session = { imageEndpoint: (named ?? there).replace(/\/v2$/, ""), cloud };
    assert.deepEqual(pluginEndpoints(endpoint, session), image === undefined ? undefined : { image });
  });
}
