import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test, type TestContext } from "node:test";
import type { IronicImagesError } from "../../../core/errors.ts";
import { glanceClient, type Visibility } from "../../../core/openstack/glance.ts";
import { authenticate, type Session } from "../../../core/openstack/keystone.ts";
import { publishImages, type PublishedImage } from "../../../core/openstack/publish.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { startFront, type Fault, type Recorded } from "./front.ts";
import { uploads, type Uploads } from "./uploads.ts";
import { variant } from "./variant.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

interface Scene {
  readonly images: Uploads;
  readonly triple: PublishedImage[];
  /** What went through to Glance as PATCH: role and visibility. */
  patches(): string[];
  publish(visibility: Visibility, images?: readonly PublishedImage[]): Promise<void>;
  /** Visibility as the owner sees it, in the order of the triple. */
  visibilities(): Promise<(string | undefined)[]>;
  /** Which images a user of another project sees, in the order of the triple. */
  seenByOther(): Promise<boolean[]>;
}

async function scene(
  t: TestContext,
  fault?: (request: Recorded, earlier: number) => Fault | undefined,
): Promise<Scene> {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const other = glanceClient(await authenticate(await variant(t, cloud.cloudsFile, "other")));
  const images = uploads(session);
  t.after(images.clean);
  const triple = await images.triple();
  const front = await startFront(session.imageEndpoint, fault);
  t.after(front.stop);
  const through: Session = { ...session, imageEndpoint: front.url };
  const owner = glanceClient(session);
  return {
    images,
    triple,
    patches: () =>
      front.requests
        .filter(({ method }) => method === "PATCH")
        .map(({ path, body }) => {
          const role = triple.find(({ id }) => path.endsWith(id))?.role;
          return `${role} ${(JSON.parse(body) as { value: string }[])[0]?.value}`;
        }),
    publish: (visibility, expected = triple) => publishImages(glanceClient(through), expected, visibility),
    visibilities: async () =>
      (await Promise.all(triple.map(({ id }) => owner.get(id)))).map((image) => image?.visibility),
    seenByOther: async () =>
      (await Promise.all(triple.map(({ id }) => other.get(id)))).map((image) => image !== undefined),
  };
}

test("publishing patches kernel, ramdisk, image; withdrawing image, ramdisk, kernel; again patches nothing", async (t) => {
  const { publish, patches, seenByOther } = await scene(t);
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
  test(`nothing becomes visible: ${title}`, async (t) => {
    const { images, triple, publish, patches, seenByOther } = await scene(t);
    await assert.rejects(publish("public", await corrupt(triple, images)), { code: "image-not-as-built", message });
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
    const { publish, visibilities } = await scene(t, nthPatch(2, fault));
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
  const { publish, visibilities } = await scene(t, nthPatch(4, { status: 500 }));
  await publish("public");
  await assert.rejects(publish("private"), { code: "publish-failed", message: /everything is as it was before/ });
  assert.deepEqual(await visibilities(), ["public", "public", "public"]);
});

test("what cannot be put back is named (injected faults)", async (t) => {
  const { publish, triple, visibilities } = await scene(t, ({ method }, earlier) =>
    method === "PATCH" && earlier >= 1 ? { status: 500 } : undefined,
  );
  await assert.rejects(publish("public"), {
    code: "publish-failed",
    message: new RegExp(`NOT put back: kernel ${triple[0]?.id}; check them by hand`),
  });
  assert.deepEqual(await visibilities(), ["public", "private", "private"]);
});
