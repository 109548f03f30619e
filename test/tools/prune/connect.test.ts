import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { askNodes, connect, connectForNodes } from "../../../tools/prune/connect.ts";
import { standInIronic } from "../../core/openstack/stand-in-ironic.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

function place(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  return { directory: temporaryDirectory(t), env: { OS_CLIENT_CONFIG_FILE: cloud.cloudsFile, ...env } };
}

test("the stack's config names the cloud, and OS_CLOUD does where it names none", async (t) => {
  const [named, fallback] = await Promise.all([
    connect(place(t, { OS_CLOUD: "admin" }), { cloud: "other" }),
    connect(place(t, { OS_CLOUD: "admin" }), {}),
  ]);
  assert.match(named.cloud.source, /^cloud other /);
  assert.match(fallback.cloud.source, /^cloud admin /);
});

test("clouds.yaml of the project is found, wherever the command was called", async (t) => {
  const { directory } = place(t);
  await writeFile(join(directory, "clouds.yaml"), await readFile(cloud.cloudsFile));
  const session = await connect({ directory, env: {} }, { cloud: "local" });
  assert.equal(session.cloud.source, `cloud local in ${join(directory, "clouds.yaml")}`);
});

test("a region of the stack's config goes before the one of clouds.yaml", async (t) => {
  await assert.rejects(connect(place(t), { cloud: "local", region: "nowhere" }), {
    code: "cloud-config",
    message: /in region_name nowhere/,
  });
});

test("--nodes-cloud logs in as somebody else of the same cloud", async (t) => {
  const session = await connect(place(t), { cloud: "other" });
  const other = await connectForNodes(place(t), { cloud: "other" }, "admin", session);
  assert.deepEqual([session.roles.includes("admin"), other.roles.includes("admin")], [false, true]);
});

test("--nodes-cloud of another Keystone is refused", async (t) => {
  const session = await connect(place(t), { cloud: "other" });
  const elsewhere = { ...session, cloud: { ...session.cloud, authUrl: "https://keystone.example.org/v3" } };
  await assert.rejects(connectForNodes(place(t), {}, "admin", elsewhere), {
    code: "usage",
    message: /^--nodes-cloud: .* its nodes are not of this cloud$/,
  });
});

test("a catalog without Ironic has no nodes to ask", async (t) => {
  assert.equal(await askNodes(await connect(place(t), { cloud: "local" })), undefined);
});

for (const [name, isAdmin] of [
  ["local", true],
  ["other", false],
] as const) {
  test(`nodes that cloud ${name} is shown are ${isAdmin ? "all" : "perhaps not all"} (stand-in for Ironic)`, async (t) => {
    const ironic = await standInIronic(t, [{ uuid: "a", name: "rack1-07" }]);
    const env = { OS_BAREMETAL_ENDPOINT_OVERRIDE: ironic.url };
    const asked = await askNodes(await connect(place(t, env), { cloud: name }));
    assert.deepEqual([asked?.nodes.map(({ uuid }) => uuid), asked?.isAdmin], [["a"], isAdmin]);
  });
}

test("an Ironic that shows a plain user no node at all has not answered (stand-in for Ironic)", async (t) => {
  const ironic = await standInIronic(t, []);
  const session = await connect(place(t, { OS_BAREMETAL_ENDPOINT_OVERRIDE: ironic.url }), { cloud: "other" });
  await assert.rejects(askNodes(session), { code: "nodes-unknown", message: /nothing was deleted.*--nodes-cloud/ });
});
