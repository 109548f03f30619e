import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  compareVersions,
  engineSuffices,
  engineVersion,
  openstackPluginVersion,
  parseVersion,
} from "../../../tools/pulumi/versions.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

for (const [version, suffices] of [
  ["v3.259.0", true],
  ["3.259.1", true],
  ["v3.260.0-alpha.1+dirty", true],
  ["v3.300.0", true],
  ["v3.259.0-alpha.1", false],
  ["v3.258.9", false],
  ["v3.99.0", false],
  ["v4.0.0", false],
  ["", false],
] as const) {
  test(`an engine of version "${version}" ${suffices ? "will do" : "will not do"}`, () =>
    assert.equal(engineSuffices(version), suffices));
}

test("versions are compared number by number, and a missing number is 0", () => {
  const order = (left: string, right: string) =>
    Math.sign(compareVersions(parseVersion(left) ?? [], parseVersion(right) ?? []));
  assert.deepEqual([order("go1.9.1", "1.21"), order("1.25.11", "1.25.8"), order("1.21", "1.21.0")], [-1, 1, 0]);
});

test("the engine's version is the one of the SDK, of the Go module and of our language host", () => {
  assert.equal(JSON.parse(read("package.json")).dependencies["@pulumi/pulumi"], engineVersion);
  assert.match(read("tools/pulumi/engine/go.mod"), new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${engineVersion}\n`));
  assert.match(read("tools/pulumi/language-host/main.mjs"), new RegExp(`const version = "v${engineVersion}"`));
});

test("the plugin's version is the one of its SDK and of our bridge", () => {
  assert.equal(JSON.parse(read("package.json")).dependencies["@pulumi/openstack"], openstackPluginVersion);
  assert.match(
    read("tools/pulumi/openstack-plugin/main.go"),
    new RegExp(`const version = "${openstackPluginVersion}"`),
  );
});
