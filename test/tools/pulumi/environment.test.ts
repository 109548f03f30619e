import assert from "node:assert/strict";
import { test } from "node:test";
import { pulumiEnvironment } from "../../../tools/pulumi/environment.ts";

const input = {
  path: "/usr/bin:/bin",
  nodeDirectory: "/p/node_modules/.bin",
  binDirectory: "/cache/bin",
  pulumiHome: "/p/.local/pulumi",
};

test("plain pulumi gets our Node before the engine before the rest, and never asks the network on its own", () => {
  assert.deepEqual(pulumiEnvironment({ ...input, backend: { directory: "/p/my state" }, passphrase: "secret" }), {
    PATH: "/p/node_modules/.bin:/cache/bin:/usr/bin:/bin",
    PULUMI_HOME: "/p/.local/pulumi",
    PULUMI_BACKEND_URL: "file:///p/my%20state",
    PULUMI_CONFIG_PASSPHRASE: "secret",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
});

test("without a backend and a passphrase the user's own stay", () => {
  const names = Object.keys(pulumiEnvironment(input));
  assert.deepEqual(names, [
    "PATH",
    "PULUMI_HOME",
    "PULUMI_SKIP_UPDATE_CHECK",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
  ]);
});

test("an engine beside the system's Node does not bring that Node first, and a second time changes nothing", () => {
  const once = pulumiEnvironment({ ...input, binDirectory: "/usr/bin" })["PATH"] ?? "";
  assert.equal(once, "/p/node_modules/.bin:/usr/bin:/bin");
  assert.equal(pulumiEnvironment({ ...input, binDirectory: "/usr/bin", path: once })["PATH"], once);
});

test("a backend's URL is taken as it is", () => {
  assert.equal(pulumiEnvironment({ ...input, backend: { url: "s3://bucket" } })["PULUMI_BACKEND_URL"], "s3://bucket");
});

test("an engine with a PULUMI_HOME of the user's own may fetch plugins into it", () => {
  const { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: disabled } = pulumiEnvironment({
    path: "/usr/bin",
    nodeDirectory: "/n",
    binDirectory: "/b",
    pulumiHome: "/home/me/.pulumi",
    acquirePlugins: true,
  });
  assert.equal(disabled, "false");
});
