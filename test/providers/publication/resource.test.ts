import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Publication } from "../../../providers/publication/resource.ts";

const registered: pulumi.runtime.MockResourceArgs[] = [];
before(() =>
  pulumi.runtime.setMocks({
    newResource: (args) => {
      registered.push(args);
      const images = (args.inputs as { images: { role: string; id: string }[] }).images;
      return {
        id: "p",
        state: {
          ...args.inputs,
          ...Object.fromEntries(images.map(({ role, id }) => [`${role}Id`, id])),
          projectId: "x",
          endpoint: "http://glance",
        },
      };
    },
    call: () => ({}),
  }),
);

const image = (role: "kernel" | "ramdisk" | "image") => ({
  role,
  id: pulumi.output(`${role}-id`),
  size: 1,
  sha256: "a",
  sha512: "b",
  diskFormat: "raw",
  containerFormat: "bare",
});
const args = { visibility: "public", buildId: "b", fingerprint: "f" } as const;
const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

test("a publication of a triple hands on three ids, fingerprint and build id", async () => {
  const publication = new Publication("triple", {
    ...args,
    images: [image("kernel"), image("ramdisk"), image("image")],
  });
  assert.deepEqual(await resolved(publication.published), {
    imageId: "image-id",
    kernelId: "kernel-id",
    ramdiskId: "ramdisk-id",
    fingerprint: "f",
    buildId: "b",
  });
});

test("a publication of a whole-disk image has no keys for kernel and ramdisk", async () => {
  const publication = new Publication("disk", { ...args, images: [image("image")] });
  assert.deepEqual(await resolved(publication.published), { imageId: "image-id", fingerprint: "f", buildId: "b" });
});

test("the engine gets the type of a dynamic resource, and a door without path, secret or code", async () => {
  const publication = new Publication("door", { ...args, images: [image("image")] });
  await resolved(publication.urn);
  const { type, inputs } = registered.at(-1) ?? assert.fail();
  assert.equal(type, "pulumi-nodejs:dynamic/ironic-images:Publication");
  const door = String(inputs["__provider"]);
  assert.ok(Buffer.byteLength(door) <= 512);
  assert.ok(!door.includes(join(import.meta.dirname, "../../..")) && !door.includes(process.env["HOME"] ?? "HOME"));
  assert.match(door, /^exports\.handler = \(\) => require\("\.\/providers\/publication\/provider\.ts"\);$/);
});
