import assert from "node:assert/strict";
import { lstatSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ensureOpenstackPlugin } from "../../../tools/pulumi/openstack-plugin.ts";
import { answers, archiveOf, bareMachine, vendorSite } from "./acquire-fixture.ts";

const name = "pulumi-resource-openstack";
const pluginDirectory = "resource-openstack-v3.15.2";

test("a plugin that PULUMI_HOME has is left alone (fixture plugin)", async (t) => {
  const machine = bareMachine(t);
  machine.install(join(machine.pulumiHome, "plugins", pluginDirectory), "3.15.2", name);
  const plugin = join(machine.pulumiHome, "plugins", pluginDirectory, name);
  assert.deepEqual(await ensureOpenstackPlugin({ ...machine }), { plugin, origin: "installed" });
  assert.equal(lstatSync(plugin).isSymbolicLink(), false);
});

for (const [where, directory] of [
  ["of the user's own Pulumi", ["home", ".pulumi", "plugins", pluginDirectory]],
  ["on PATH", ["bin"]],
] as const) {
  test(`the plugin ${where} is linked into PULUMI_HOME (fixture plugin)`, async (t) => {
    const machine = bareMachine(t);
    machine.install(join(machine.root, ...directory), "v3.15.2", name);
    const { plugin, origin } = await ensureOpenstackPlugin({ ...machine });
    assert.equal(origin, "installed");
    assert.equal(readlinkSync(plugin), join(machine.root, ...directory, name));
    assert.equal(lstatSync(join(machine.pulumiHome, "plugins", pluginDirectory)).isDirectory(), true);
  });
}

test("a plugin of another version on PATH is not ours: the vendor's archive is taken (fixture plugin, fixture site)", async (t) => {
  const machine = bareMachine(t);
  machine.install(machine.bin, "5.5.1", name);
  const { site, requests } = await vendorSite(t, answers.whole(archiveOf(machine.root, "3.15.2", name)));
  const { plugin, origin } = await ensureOpenstackPlugin({ ...machine, site });
  assert.equal(origin, "downloaded");
  assert.equal(readlinkSync(plugin), join(machine.cacheDirectory, pluginDirectory, name));
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  assert.deepEqual(requests, [`/plugins/${name}-v3.15.2-${process.platform}-${architecture}.tar.gz`]);
});

test("without the vendor it is built with Go, and another PULUMI_HOME gets it from the cache (fixture site, fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.silence);
  const environment = { ...machine.environment, FIXTURE_BUILT_VERSION: "3.15.2" };
  const options = { ...machine, environment, site, patience: 300 };
  assert.equal((await ensureOpenstackPlugin(options)).origin, "built");
  assert.equal((await ensureOpenstackPlugin({ ...options, pulumiHome: join(machine.root, "other") })).origin, "cached");
  assert.equal(machine.builds().length, 1);
});

test("a link into a cache that is gone is made good (fixture site, fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const environment = { ...machine.environment, FIXTURE_BUILT_VERSION: "3.15.2" };
  await ensureOpenstackPlugin({ ...machine, environment, site });
  rmSync(machine.cacheDirectory, { recursive: true });
  assert.equal((await ensureOpenstackPlugin({ ...machine, environment, site })).origin, "built");
});

test("when Go is needed and there is none, one sentence says so", async (t) => {
  const machine = bareMachine(t);
  const { site } = await vendorSite(t, answers.notFound);
  await assert.rejects(ensureOpenstackPlugin({ ...machine, site }), {
    code: "go-missing",
    summary:
      /^the Pulumi openstack plugin 3\.15\.2 is not installed, .* needs Go 1\.21 or later, but there is no Go on PATH: .*pulumi plugin install resource openstack v3\.15\.2/,
  });
});
