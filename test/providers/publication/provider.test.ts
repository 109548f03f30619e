import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { glanceClient } from "../../../core/openstack/glance.ts";
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
});
after(async () => {
  await shared.stop();
  await cloud.stop();
});

interface Scene {
  readonly provider: DynamicProvider;
  readonly session: Session;
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
  if (provider !== shared) t.after(provider.stop);
  const seen = async (of: readonly PublishedImage[]) =>
    (await Promise.all(of.map(({ id }) => other.get(id)))).map((image) => image?.visibility);
  return { provider, session, images, triple: await images.triple(), seen };
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

test("read gives the visibility that was set behind our back, as input too", async (t) => {
  const { provider, session, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple));
  await glanceClient(session).patch(triple[2]?.id ?? "", [{ op: "replace", path: "/visibility", value: "private" }]);
  const found = await provider.read(id, outputs);
  assert.deepEqual([found.id, found.outputs["visibility"], found.inputs["visibility"]], [id, "private", "private"]);
});

test("read gives no id when an image was deleted behind our back", async (t) => {
  const { provider, images, triple } = await scene(t);
  const { id, outputs } = await provider.create(inputs(triple));
  await images.delete(triple[0]?.id ?? "");
  assert.equal((await provider.read(id, outputs)).id, "");
});

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
