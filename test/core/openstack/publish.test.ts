import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { IronicImagesError } from "../../../core/errors.ts";
import { glanceClient, type GlanceClient } from "../../../core/openstack/glance.ts";
import { publishImages, type PublishedImage } from "../../../core/openstack/publish.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import type { Fault, Recorded } from "./front.ts";
import { publishScene } from "./publish-scene.ts";
import type { Uploads } from "./uploads.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

test("publishing patches kernel, ramdisk, image; withdrawing image, ramdisk, kernel; again patches nothing", async (t) => {
  const { publish, patches, seenByOther } = await publishScene(t, cloud);
  await publish("private");
  assert.deepEqual(patches(), []);
  assert.deepEqual(await seenByOther(), [false, false, false]);
  const widened = ["kernel public", "ramdisk public", "image public"];
  await publish("public");
  await publish("public");
  assert.deepEqual(patches(), widened);
  assert.deepEqual(await seenByOther(), [true, true, true]);
  await publish("private");
  assert.deepEqual(patches(), [...widened, "image private", "ramdisk private", "kernel private"]);
  assert.deepEqual(await seenByOther(), [false, false, false]);
});

const corruptions: {
  title: string;
  corrupt: (triple: PublishedImage[], images: Uploads) => Promise<PublishedImage[]>;
  message: RegExp;
}[] = [
  {
    title: "other bytes in the last image",
    corrupt: async (triple) =>
      triple.map((image) => (image.role === "image" ? { ...image, sha512: "0".repeat(128) } : image)),
    message: /image [0-9a-f-]{36}: os_hash_value: expected 0{128}, found [0-9a-f]{128}/,
  },
  {
    title: "another size and format of the kernel, both named",
    corrupt: async (triple) =>
      triple.map((image) => (image.role === "kernel" ? { ...image, size: 1, diskFormat: "raw" } : image)),
    message:
      /kernel [0-9a-f-]{36}: size: expected 1, found 1000\nkernel [0-9a-f-]{36}: disk_format: expected raw, found aki/,
  },
  {
    title: "an image without its data",
    corrupt: async (triple, images) => {
      const id = await images.queued();
      return triple.map((image) => (image.role === "image" ? { ...image, id } : image));
    },
    message: /image [0-9a-f-]{36}: status: expected active, found queued/,
  },
  {
    title: "a ramdisk that is gone",
    corrupt: async (triple) =>
      triple.map((image) => (image.role === "ramdisk" ? { ...image, id: randomUUID() } : image)),
    message: /ramdisk [0-9a-f-]{36}: is not there/,
  },
];
for (const { title, corrupt, message } of corruptions) {
  test(`fault 46: nothing becomes visible: ${title}`, async (t) => {
    const { images, triple, publish, patches, seenByOther } = await publishScene(t, cloud);
    await assert.rejects(publish("public", await corrupt(triple, images)), { code: "image-not-as-built", message });
    assert.deepEqual(patches(), []);
    assert.deepEqual(await seenByOther(), [false, false, false]);
  });
}

for (const status of ["importing", "deactivated"]) {
  test(`fault 42: nothing becomes visible when an image is ${status} (played: the status in Glance's answer)`, async (t) => {
    const { session, triple, patches, seenByOther } = await publishScene(t, cloud);
    const glance = glanceClient(session);
    const client: GlanceClient = {
      ...glance,
      async get(id) {
        const record = await glance.get(id);
        return record !== undefined && id === triple[1]?.id ? { ...record, status } : record;
      },
    };
    const code = status === "deactivated" ? "image-deactivated" : "image-not-as-built";
    await assert.rejects(publishImages(client, { images: triple, visibility: "public" }), { code });
    assert.deepEqual(patches(), []);
    assert.deepEqual(await seenByOther(), [false, false, false]);
  });
}

const nthPatch =
  (n: number, fault: Fault) =>
  ({ method }: Recorded, earlier: number) =>
    method === "PATCH" && earlier === n ? fault : undefined;

for (const [title, fault] of [
  ["Glance refuses", { status: 403 }],
  ["Glance acts, but its answer is lost", { status: 502, after: true }],
] as const) {
  test(`what was published is put back when at the image ${title} (injected fault)`, async (t) => {
    const { publish, visibilities } = await publishScene(t, cloud, nthPatch(2, fault));
    await assert.rejects(publish("public"), (error: IronicImagesError) => {
      assert.equal(error.code, "publish-failed");
      assert.match(
        error.summary,
        /^image [0-9a-f-]{36}: visibility private could not become public; everything is as it was before$/,
      );
      assert.match(error.details, new RegExp(`PATCH /v2/images/.* ${fault.status} injected`));
      return true;
    });
    assert.deepEqual(await visibilities(), ["private", "private", "private"]);
  });
}

test("a withdrawal that fails half way leaves all as public as it was (injected fault)", async (t) => {
  const { publish, visibilities } = await publishScene(t, cloud, nthPatch(4, { status: 500 }));
  await publish("public");
  await assert.rejects(publish("private"), { code: "publish-failed", message: /everything is as it was before/ });
  assert.deepEqual(await visibilities(), ["public", "public", "public"]);
});

test("what cannot be put back is named (injected faults)", async (t) => {
  const { publish, triple, visibilities } = await publishScene(t, cloud, ({ method }, earlier) =>
    method === "PATCH" && earlier >= 1 ? { status: 500 } : undefined,
  );
  await assert.rejects(publish("public"), {
    code: "publish-failed",
    message: new RegExp(`NOT put back: kernel ${triple[0]?.id} \\(visibility\\); .* check them by hand`),
  });
  assert.deepEqual(await visibilities(), ["public", "private", "private"]);
});
