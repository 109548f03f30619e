import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import { door } from "../../../providers/door.ts";
import { check } from "../../../providers/stack-cloud/provider.ts";
import { variant, variantFile } from "../../core/openstack/variant.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startDynamicProvider, type DynamicProvider } from "../../support/dynamic-provider.ts";

const here = { projectId: "p1", endpoint: "https://glance.example.org" };
const recorded = { cloud: "lab", interface: "public", ...here } as const;

for (const [title, olds, news, inputs] of [
  ["nothing recorded, nobody asked", undefined, { cloud: "lab" }, { cloud: "lab", interface: "public" }],
  [
    "nothing recorded",
    undefined,
    { cloud: "lab", interface: "internal", ...here },
    { ...recorded, interface: "internal" },
  ],
  ["a reviewer without credentials, who changes nothing", recorded, { cloud: "" }, recorded],
  ["the preflight off, and another name", recorded, { cloud: "lab-2" }, { ...recorded, cloud: "lab-2" }],
  [
    "the same cloud by plain variables",
    recorded,
    { cloud: "", interface: "public", ...here },
    { ...recorded, cloud: "" },
  ],
  [
    "a local cloud at a new port, which is no change",
    { ...recorded, endpoint: "http://127.0.0.1:1" },
    { ...recorded, endpoint: "http://127.0.0.1:2" },
    { ...recorded, endpoint: "http://127.0.0.1:1" },
  ],
] as const) {
  test(`check: ${title}`, async () => assert.deepEqual(await check(olds, news), { inputs }));
}

for (const [title, news, message] of [
  [
    "another project",
    { ...recorded, cloud: "prod", projectId: "p2" },
    /belongs to project p1 at .*\(cloud prod\) give project p2/,
  ],
  [
    "another Glance",
    { ...recorded, cloud: "", endpoint: "https://other" },
    /\(the OS_\* variables\) .* at https:\/\/other;.*\n.*pulumi stack export/,
  ],
] as const) {
  test(`check refuses, so a preview fails: ${title}`, async () => {
    const { inputs, failures = [] } = await check(recorded, news);
    assert.equal(inputs, undefined);
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["projectId"],
    );
    assert.match(failures[0]?.reason ?? "", message);
  });
}

let cloud: TestCloud;
let provider: DynamicProvider;
let local: Session;
before(async () => {
  cloud = await testCloud();
  provider = await started(cloud.cloudsFile, "");
});
after(async () => {
  await provider.stop();
  await cloud.stop();
});

/** The provider process in a shell with this `OS_CLOUD`; the stack config names no cloud. */
async function started(cloudsFile: string, osCloud: string): Promise<DynamicProvider> {
  const process = await startDynamicProvider({ OS_CLIENT_CONFIG_FILE: cloudsFile, OS_CLOUD: osCloud });
  await process.configure({});
  return process;
}

const inputs = (more: object = {}) => ({
  cloud: "local",
  interface: "public",
  __provider: door("stack-cloud"),
  ...more,
});

test("through its real door: create learns project and endpoint, all else needs the same, and no output holds a secret", async (t) => {
  local = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const { id, outputs } = await provider.create(inputs());
  const identity = { projectId: local.projectId, endpoint: local.imageEndpoint };
  assert.deepEqual([id, outputs], [local.projectId, { ...inputs(), ...identity }]);
  assert.deepEqual((await provider.read(id, outputs)).outputs, outputs);
  assert.deepEqual(await provider.update(id, outputs, inputs(identity)), outputs);
  await provider.delete(id, outputs);

  const refused = /this stack belongs to project .*correct openstack:cloud or OS_CLOUD/;
  const mistaken = { ...outputs, cloud: "other" };
  await assert.rejects(provider.create(inputs({ cloud: "other", ...identity })), refused);
  await assert.rejects(provider.update(id, outputs, inputs({ cloud: "other" })), refused);
  await assert.rejects(provider.read(id, mistaken), refused);
  await assert.rejects(provider.delete(id, mistaken), refused);
});

test("OS_CLOUD of today goes before the name in the state, and without it that name counts", async (t) => {
  const { id, outputs } = await provider.create(inputs());
  const lost = await started(cloud.cloudsFile, "other");
  t.after(lost.stop);
  await assert.rejects(lost.read(id, outputs), /cloud other in /);
  assert.equal((await provider.read(id, outputs)).id, id);
});

test("no secret of clouds.yaml gets into an error", async (t) => {
  const file = variantFile(t, cloud.cloudsFile, "local", ({ auth }) =>
    Object.assign(auth, { password: "wrong-secret" }),
  );
  const wrong = await started(file, "variant");
  t.after(wrong.stop);
  await assert.rejects(
    wrong.create(inputs()),
    (error: Error) => /401/.test(error.message) && !error.message.includes("wrong-secret"),
  );
});
