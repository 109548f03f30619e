import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { glanceClient } from "../../../core/openstack/glance.ts";
import type { PublishedImage } from "../../../core/openstack/publish.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { publishScene } from "./publish-scene.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

test("shared images are their members', who lose the image first; nobody else's", async (t) => {
  const { publish, otherProject, fields, seenByOther, triple } = await publishScene(t, cloud);
  await publish("shared", triple, { members: [otherProject] });
  assert.deepEqual(await seenByOther(), [true, true, true]);
  const stranger = "0123456789abcdef0123456789abcdef";
  await publish("shared", triple, { members: [stranger] });
  assert.deepEqual(await seenByOther(), [false, false, false]);
  assert.deepEqual(
    (await fields()).map((found) => found?.members),
    [[stranger], [stranger], [stranger]],
  );
  await publish("shared", triple, { members: [stranger, otherProject] });
  await publish("public");
  await publish("private");
  await publish("shared");
  assert.deepEqual(await seenByOther(), [false, false, false], "members of before it was public are members no more");
});

test("properties, os_hidden and protected change in place, and nothing else does", async (t) => {
  const { publish, fields, images, session, patches } = await publishScene(t, cloud);
  const triple = [
    await images.upload("kernel", { os_admin_user: "root", plain: "stays" }),
    await images.upload("ramdisk"),
    await images.upload("image", { os_distro: "debian", os_gone: "yes" }),
  ];
  const wanted = triple.map((image) =>
    image.role === "image"
      ? { ...image, properties: { os_distro: "fedora", os_version: "43" } }
      : { ...image, hidden: true },
  );
  await publish("private", wanted, { protected: true });
  const all = { visibility: "private", members: [], protected: true } as const;
  assert.deepEqual(await fields(triple), [
    { ...all, hidden: true, properties: {} },
    { ...all, hidden: true, properties: {} },
    { ...all, hidden: false, properties: { os_distro: "fedora", os_version: "43" } },
  ]);
  const kernel = await glanceClient(session).get(triple[0]?.id ?? "");
  assert.deepEqual([kernel?.["plain"], kernel?.os_hash_algo, kernel?.status], ["stays", "sha512", "active"]);
  const asked = patches().length;
  await publish("private", wanted, { protected: true });
  assert.equal(patches().length, asked, "a second time there is nothing to do");
  await publish("private", triple);
  assert.deepEqual(
    (await fields(triple)).map((found) => [found?.hidden, found?.protected, found?.properties]),
    [
      [false, false, {}],
      [false, false, {}],
      [false, false, {}],
    ],
  );
});

for (const keepReplaced of [false, true]) {
  const title = keepReplaced ? "stays protected if it is kept" : "is unprotected";
  test(`what is replaced is hidden before the new image is visible, and ${title}`, async (t) => {
    const { publish, images, triple: old, fields, requests } = await publishScene(t, cloud);
    await publish("public", old, { protected: true });
    const next = await images.triple();
    const before = requests.length;
    await publish("public", next, { protected: true, replaced: old, keepReplaced });
    const order = requests.slice(before).filter(({ method }) => method === "PATCH");
    const first = (image: PublishedImage | undefined, text: string) =>
      order.findIndex(({ path, body }) => path.endsWith(image?.id ?? "") && body.includes(text));
    const hidden = old.map((image) => first(image, "/os_hidden"));
    const visible = next.map((image) => first(image, "/visibility"));
    const guarded = next.map((image) => first(image, "/protected"));
    assert.ok(
      Math.min(...hidden) >= 0 && Math.max(...hidden) < Math.min(...visible),
      order.map(({ body }) => body).join(),
    );
    assert.ok(Math.max(...visible) < Math.min(...guarded));
    const common = { visibility: "public", members: [], properties: {} };
    assert.deepEqual(await fields(old), Array(3).fill({ ...common, hidden: true, protected: keepReplaced }));
    assert.deepEqual(await fields(next), Array(3).fill({ ...common, hidden: false, protected: true }));
  });
}

test("a replaced image that is gone already holds nothing up", async (t) => {
  const { publish, images, triple, seenByOther } = await publishScene(t, cloud);
  const [old] = await images.triple();
  await images.delete(old?.id ?? "");
  await publish("public", triple, old === undefined ? {} : { replaced: [old] });
  assert.deepEqual(await seenByOther(), [true, true, true]);
});

test("a replacement that fails at its last image leaves old and new as they were (injected fault)", async (t) => {
  let spoilt = "nothing yet";
  const {
    publish,
    images,
    triple: old,
    fields,
  } = await publishScene(t, cloud, ({ path, body }) =>
    path.endsWith(spoilt) && body.includes("/visibility") ? { status: 403 } : undefined,
  );
  await publish("public", old, { protected: true });
  const next = (await images.triple()).map((image) => ({ ...image, properties: { os_distro: "debian" } }));
  const before = [await fields(old), await fields(next)];
  spoilt = next[2]?.id ?? "";
  await assert.rejects(publish("public", next, { replaced: old, protected: true }), {
    code: "publish-failed",
    message: /visibility private could not become public; everything is as it was before/,
  });
  assert.deepEqual([await fields(old), await fields(next)], before);
});

test("a deactivated image is refused with a reason, and nothing changes", async (t) => {
  const { publish, triple, images, patches } = await publishScene(t, cloud);
  const id = triple[1]?.id ?? "";
  await images.deactivate(id);
  await assert.rejects(publish("public"), {
    code: "image-deactivated",
    message: new RegExp(`deactivated ramdisk ${id}, [^]*openstack image set --activate ID`),
  });
  assert.deepEqual(patches(), []);
});
