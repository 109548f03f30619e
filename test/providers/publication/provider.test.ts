import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { glanceClient, type GlanceClient } from "../../../core/openstack/glance.ts";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import type { PublishedImage } from "../../../core/openstack/publish.ts";
import { door } from "../../../providers/door.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startDynamicProvider, type DynamicProvider } from "../../support/dynamic-provider.ts";
import { uploads, type Uploads } from "../../core/openstack/uploads.ts";
import { variant, variantFile } from "../../core/openstack/variant.ts";

let cloud: TestCloud;
let shared: DynamicProvider;
before(async () => {
  cloud = await testCloud();
  shared = await startDynamicProvider({ OS_CLIENT_CONFIG_FILE: cloud.cloudsFile });
  await shared.configure({});
});
after(async () => {
  await shared.stop();
  await cloud.stop();
});

interface Scene {
  readonly provider: DynamicProvider;
  readonly session: Session;
  /** Of the owner. */
  readonly client: GlanceClient;
  readonly images: Uploads;
  readonly triple: PublishedImage[];
  seen(images: readonly PublishedImage[]): Promise<(string | undefined)[]>;
}

async function scene(t: TestContext, environment?: Record<string, string>): Promise<Scene> {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const other = glanceClient(await authenticate(await variant(t, cloud.cloudsFile, "other")));
  const images = uploads(session);
  t.after(images.clean);
  const provider = environment === undefined ? shared : await startDynamicProvider(environment);
  if (provider !== shared) {
    t.after(provider.stop);
    await provider.configure({});
  }
  const seen = async (of: readonly PublishedImage[]) =>
    (await Promise.all(of.map(({ id }) => other.get(id)))).map((image) => image?.visibility);
  return { provider, session, client: glanceClient(session), images, triple: await images.triple(), seen };
}

const inputs = (images: readonly PublishedImage[], more: object = {}) => ({
  images: images.map((image) => ({ ...image })),
  visibility: "public",
  cloud: "local",
  buildId: "b".repeat(64),
  fingerprint: "f".repeat(64),
  __provider: door("publication"),
  ...more,
});
const ids = ([kernel, ramdisk, image]: readonly PublishedImage[]) => ({
  kernelId: kernel?.id,
  ramdiskId: ramdisk?.id,
  imageId: image?.id,
});

test("through its real door: check, create, roll over, withdraw, read, delete", async (t) => {
  const { provider, session, images, triple, seen } = await scene(t);
  const first = inputs(triple);
  assert.deepEqual(await provider.check(first), { inputs: first, failures: [] });

  const { id, outputs } = await provider.create(first);
  assert.deepEqual(outputs, {
    ...first,
    ...ids(triple),
    projectId: session.projectId,
    endpoint: session.imageEndpoint,
  });
  assert.deepEqual(await seen(triple), ["public", "public", "public"]);

  const next = await images.triple();
  const rolled = await provider.update(id, outputs, inputs(next));
  assert.deepEqual(rolled, { ...outputs, ...inputs(next), ...ids(next) });
  assert.deepEqual(
    await seen([...triple, ...next]),
    Array(6).fill("public"),
    "the old triple is of images.Image, which deletes it",
  );
  assert.equal((await glanceClient(session).get(triple[2]?.id ?? ""))?.os_hidden, true);

  const withdrawn = await provider.update(id, rolled, inputs(next, { visibility: "private" }));
  assert.equal(withdrawn["visibility"], "private");
  assert.deepEqual(await seen(next), [undefined, undefined, undefined]);

  const unchanged = await provider.read(id, withdrawn);
  assert.deepEqual(unchanged, { id, outputs: withdrawn, inputs: inputs(next, { visibility: "private" }) });

  await provider.delete(id, withdrawn);
  assert.equal((await glanceClient(session).get(next[2]?.id ?? ""))?.status, "active");
});

test("a whole-disk image is published alone, and its outputs name no kernel", async (t) => {
  const { provider, triple, seen } = await scene(t);
  const { outputs } = await provider.create(inputs(triple.slice(2)));
  assert.deepEqual([outputs["imageId"], "kernelId" in outputs, "ramdiskId" in outputs], [triple[2]?.id, false, false]);
  assert.deepEqual(await seen(triple), [undefined, undefined, "public"]);
});

test("bytes that are not as built publish nothing, on create and on update, and the error reaches the engine", async (t) => {
  const { provider, triple, seen, images } = await scene(t);
  const spoilt = triple.map((image) => (image.role === "image" ? { ...image, sha512: "0".repeat(128) } : image));
  const message = new RegExp(
    `Glance does not hold what was built[^]*image ${triple[2]?.id}: os_hash_value: expected 0{128}`,
  );
  await assert.rejects(provider.create(inputs(spoilt)), message);
  assert.deepEqual(await seen(triple), [undefined, undefined, undefined]);

  const live = await images.triple();
  const { id, outputs } = await provider.create(inputs(live));
  await assert.rejects(provider.update(id, outputs, inputs(spoilt)), message);
  assert.deepEqual(await seen([...live, ...triple]), ["public", "public", "public", undefined, undefined, undefined]);
});

const replace = (path: string, value: unknown) => ({ op: "replace" as const, path, value });

const drifts: {
  title: string;
  change: (scene: Scene) => Promise<unknown>;
  /** The differing inputs; of images by their index. */
  found: Record<string, unknown>;
  image?: [number, Record<string, unknown>];
}[] = [
  {
    title: "visibility",
    change: ({ client, triple }) => client.patch(triple[2]?.id ?? "", [replace("/visibility", "private")]),
    found: { visibility: "private" },
  },
  {
    title: "protection that is gone",
    change: ({ client, triple }) => client.patch(triple[0]?.id ?? "", [replace("/protected", false)]),
    found: { protected: undefined },
  },
  {
    title: "a kernel that is shown again",
    change: ({ client, triple }) => client.patch(triple[0]?.id ?? "", [replace("/os_hidden", false)]),
    found: {},
    image: [0, { hidden: undefined }],
  },
  {
    title: "an image that was hidden",
    change: ({ client, triple }) => client.patch(triple[2]?.id ?? "", [replace("/os_hidden", true)]),
    found: {},
    image: [2, { hidden: true }],
  },
  {
    title: "an os_ property that changed, and one more",
    change: ({ client, triple }) =>
      client.patch(triple[2]?.id ?? "", [
        replace("/os_distro", "fedora"),
        { op: "add", path: "/os_version", value: "43" },
      ]),
    found: {},
    image: [2, { properties: { os_distro: "fedora", os_version: "43" } }],
  },
  {
    title: "an os_ property that is gone",
    change: ({ client, triple }) => client.patch(triple[2]?.id ?? "", [{ op: "remove", path: "/os_distro" }]),
    found: {},
    image: [2, { properties: {} }],
  },
  {
    title: "an image that an administrator deactivated",
    change: ({ images, triple }) => images.deactivate(triple[1]?.id ?? ""),
    found: {},
    image: [1, { status: "deactivated" }],
  },
  {
    title: "an image that is gone",
    change: ({ images, triple }) => images.delete(triple[0]?.id ?? ""),
    found: {},
    image: [0, { status: "gone" }],
  },
  {
    title: "a property that is of images.Image",
    change: ({ client, triple }) => client.patch(triple[2]?.id ?? "", [{ op: "add", path: "/plain", value: "1" }]),
    found: {},
  },
];
for (const { title, change, found, image } of drifts) {
  test(`read tells what was changed behind our back, as inputs: ${title}`, async (t) => {
    const made = await scene(t);
    const [kernel, ramdisk, user] = inputs(made.triple).images;
    const images = [{ ...kernel, hidden: true }, ramdisk, { ...user, properties: { os_distro: "debian" } }];
    const { id, outputs } = await made.provider.create(inputs(made.triple, { images, protected: true }));
    assert.deepEqual((await made.provider.read(id, outputs)).outputs, outputs);
    await change(made);
    const read = await made.provider.read(id, outputs);
    const expected = images.map((one, index) => (index === image?.[0] ? defined({ ...one, ...image[1] }) : one));
    const drifted = defined({ ...inputs(made.triple), protected: true, ...found, images: expected });
    assert.deepEqual(read.inputs, drifted);
    const { projectId, endpoint } = outputs;
    assert.deepEqual(read.outputs, { ...drifted, ...ids(made.triple), projectId, endpoint });
  });
}

test("read tells members that came and went behind our back", async (t) => {
  const { provider, triple, client } = await scene(t);
  const members = ["b".repeat(32), "a".repeat(32)];
  const wanted = inputs(triple, { visibility: "shared", members });
  const { id, outputs } = await provider.create(wanted);
  assert.deepEqual((await provider.read(id, outputs)).inputs, wanted, "in the order in which they were given");
  await client.addMember(triple[1]?.id ?? "", "c".repeat(32));
  assert.deepEqual(
    (await provider.read(id, outputs)).inputs["members"],
    ["a", "b", "c"].map((x) => x.repeat(32)),
  );
  for (const member of [...members, "c".repeat(32)]) await client.removeMember(triple[1]?.id ?? "", member);
  const read = await provider.read(id, outputs);
  assert.deepEqual(read.inputs["members"], []);
  const mended = await provider.update(id, read.outputs, wanted);
  assert.deepEqual((await provider.read(id, mended)).inputs, wanted);
});

test("read gives no id when all images were deleted behind our back", async (t) => {
  const { provider, images, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple));
  for (const image of triple) await images.delete(image.id);
  assert.equal((await provider.read(id, outputs)).id, "");
});

test("delete unprotects what images.Image deletes next, and nothing that stays", async (t) => {
  const { provider, client, triple } = await scene(t);
  const isProtected = async () =>
    (await Promise.all(triple.map(({ id }) => client.get(id)))).map((image) => image?.protected);
  const kept = await provider.create(inputs(triple, { protected: true, keepPrevious: true }));
  await provider.delete(kept.id, kept.outputs);
  assert.deepEqual(await isProtected(), [true, true, true]);
  const { id, outputs } = await provider.create(inputs(triple, { protected: true }));
  await provider.delete(id, outputs);
  assert.deepEqual(await isProtected(), [false, false, false]);
});

test("fault 45: delete leaves the protection that somebody else gave", async (t) => {
  const { provider, client, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple));
  const kernel = triple[0]?.id ?? "";
  await client.patch(kernel, [{ op: "replace", path: "/protected", value: true }]);
  await provider.delete(id, outputs);
  assert.equal((await client.get(kernel))?.protected, true);
});

test("credentials of another project are refused by read, update and delete, and change nothing", async (t) => {
  const { provider, client, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple, { protected: true }));
  const mistaken = { ...outputs, cloud: "other" };
  const message = /this stack belongs to project .*; the present credentials .* correct openstack:cloud or OS_CLOUD/;
  await assert.rejects(provider.read(id, mistaken), message);
  await assert.rejects(
    provider.update(id, outputs, inputs(triple, { cloud: "other", visibility: "private" })),
    message,
  );
  await assert.rejects(provider.delete(id, mistaken), message);
  const image = await client.get(triple[2]?.id ?? "");
  assert.deepEqual([image?.visibility, image?.protected], ["public", true]);
});

test("an openstack:cloud that leads elsewhere than the state is refused, whatever cloud the state names", async (t) => {
  const { provider, client, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple, { protected: true }));
  const mistaken = await startDynamicProvider({ OS_CLIENT_CONFIG_FILE: cloud.cloudsFile });
  t.after(mistaken.stop);
  await mistaken.configure({ "openstack:cloud": "other" });
  await assert.rejects(mistaken.read(id, outputs), /this stack belongs to project/);
  await assert.rejects(mistaken.delete(id, outputs), /this stack belongs to project/);
  assert.equal((await client.get(triple[2]?.id ?? ""))?.protected, true);
});

function defined(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

test("without the input `cloud` OS_CLOUD counts", async (t) => {
  const { provider, session, triple } = await scene(t, { OS_CLIENT_CONFIG_FILE: cloud.cloudsFile, OS_CLOUD: "local" });
  const { cloud: named, ...anonymous } = inputs(triple);
  assert.equal(named, "local");
  assert.equal((await provider.create(anonymous)).outputs["projectId"], session.projectId);
});

test("no secret of clouds.yaml gets into an error or into outputs", async (t) => {
  const file = variantFile(t, cloud.cloudsFile, "local", ({ auth }) =>
    Object.assign(auth, { password: "wrong-secret" }),
  );
  const { provider, triple } = await scene(t, { OS_CLIENT_CONFIG_FILE: file });
  await assert.rejects(
    provider.create(inputs(triple, { cloud: "variant" })),
    (error: Error) => /401/.test(error.message) && !error.message.includes("wrong-secret"),
  );
});
