import assert from "node:assert/strict";
import { test } from "node:test";
import { originProperties } from "../../../components/properties.ts";
import { originNames } from "../../../core/prune/origin.ts";
import { idsOf, image, node, part, plan, uuid } from "./samples.ts";

test("the properties looked for are those that the program registers", () => {
  const registered = originProperties({ project: "p", stack: "s", image: "i", fingerprint: "f", buildId: "b" });
  assert.deepEqual(Object.values(originNames).sort(), Object.keys(registered).sort());
  assert.equal(registered[originNames.project], "p");
  assert.equal(registered[originNames.stack], "s");
  assert.equal(registered[originNames.image], "i");
  assert.equal(registered[originNames.build], "b");
});

for (const [title, fields] of [
  ["another stack", { ironic_images_stack: "staging" }],
  ["a stack of the same name in other letters", { ironic_images_stack: "Prod" }],
  ["another Pulumi project", { ironic_images_project: "other" }],
  ["another OpenStack project", { owner: "project-2" }],
  ["nobody", { owner: undefined }],
  ["a person who copied two of the properties", { ironic_images_fingerprint: undefined }],
] as const) {
  test(`an image of ${title} is none of prune's business`, () => {
    assert.deepEqual(plan([image(1, fields)]), { remove: [], keep: [], inState: 0 });
  });
}

test("an image that the state names is counted and not listed", () => {
  const { remove, keep, inState } = plan([image(1), image(2)], { stateIds: new Set([uuid(1)]) });
  assert.deepEqual([idsOf(remove), idsOf(keep), inState], [[uuid(2)], [], 1]);
});

for (const [title, fields, reasons] of [
  ["protected", { protected: true }, ["protected"]],
  ["made after the state was saved", { created_at: "2026-03-01T12:00:01Z" }, ["newer than the state"]],
  ["without a time", { created_at: undefined }, ["newer than the state"]],
  ["being uploaded", { status: "saving", updated_at: "2026-03-01T11:00:01Z" }, ["saving for less than an hour"]],
  ["without data yet", { status: "queued", updated_at: "2026-03-01T11:59:00Z" }, ["queued for less than an hour"]],
  ["being imported", { status: "importing", updated_at: "2026-03-01T11:59:00Z" }, ["importing for less than an hour"]],
  ["stuck in its upload since an hour ago", { status: "saving", updated_at: "2026-03-01T10:59:59Z" }, undefined],
  ["stuck without data since yesterday", { status: "queued" }, undefined],
  ["deactivated", { status: "deactivated" }, undefined],
  ["hidden", { os_hidden: true }, undefined],
] as const) {
  test(`an image that is ${title} ${reasons === undefined ? "goes" : "stays"}`, () => {
    const { remove, keep } = plan([image(1, fields)]);
    assert.deepEqual(idsOf(reasons === undefined ? remove : keep), [uuid(1)]);
    assert.deepEqual((reasons === undefined ? remove : keep)[0]?.reasons, reasons ?? []);
  });
}

test("a protected image goes if that is asked for, and stays if somebody names it", () => {
  const images = [part(1, "aki", { protected: true }), part(2, "ari", { protected: true })];
  const { remove, keep } = plan(images, { unprotect: true, nodes: [node({ deploy_kernel: uuid(1) })] });
  assert.deepEqual([idsOf(remove), idsOf(keep)], [[uuid(2)], [uuid(1)]]);
});

test("an image that Glance is deleting already is not there", () => {
  assert.deepEqual(plan([image(1, { status: "pending_delete" })]), { remove: [], keep: [], inState: 0 });
});

test("a triple goes as a whole: the image, then its ramdisk, then its kernel", () => {
  const parts = [part(1, "aki"), part(2, "ari")];
  const { remove, keep } = plan([...parts, image(3, { kernel_id: uuid(1), ramdisk_id: uuid(2) })]);
  assert.deepEqual(idsOf(remove), [uuid(3), uuid(2), uuid(1)]);
  assert.deepEqual(
    remove.map(({ role, key, buildId }) => [role, key, buildId]),
    ["image", "ramdisk", "kernel"].map((role) => [role, "my-image", "0123456789abcdef"]),
  );
  assert.deepEqual(keep, []);
});

for (const [title, user, findings] of [
  ["another project's image", { owner: "project-2" }, {}],
  ["an image in the state", {}, { stateIds: new Set([uuid(3)]) }],
  ["an image that is protected", { protected: true }, {}],
  ["an image that a node uses", {}, { nodes: [node({}, { image_source: uuid(3) })] }],
] as const) {
  test(`kernel and ramdisk of ${title} stay with it`, () => {
    const names = { kernel_id: uuid(1), ramdisk_id: uuid(2) };
    const { remove, keep } = plan([part(1, "aki"), part(2, "ari"), image(3, { ...names, ...user })], findings);
    assert.deepEqual(remove, []);
    assert.deepEqual(
      keep.filter(({ role }) => role !== "image").map(({ references }) => references),
      ["kernel_id", "ramdisk_id"].map((field, index) => [
        { imageId: uuid(index + 1), by: { kind: "image", id: uuid(3), name: "image-3" }, field },
      ]),
    );
  });
}

test("a kernel that a leaving and a staying image name stays, and only the staying one is said", () => {
  const images = [part(1, "aki"), image(2, { kernel_id: uuid(1) }), image(3, { kernel_id: uuid(1), protected: true })];
  const { remove, keep } = plan(images);
  assert.deepEqual(idsOf(remove), [uuid(2)]);
  assert.deepEqual(
    keep.find(({ role }) => role === "kernel")?.references.map(({ by }) => by.id),
    [uuid(3)],
  );
});

test("a node keeps the deploy pair that it names, and not the pair beside it", () => {
  const images = [part(1, "aki"), part(2, "ari"), part(3, "aki"), part(4, "ari")];
  const { remove, keep } = plan(images, { nodes: [node({ deploy_kernel: uuid(1), deploy_ramdisk: uuid(2) })] });
  assert.deepEqual(idsOf(remove), [uuid(4), uuid(3)]);
  assert.deepEqual(
    keep.flatMap(({ references }) => references.map(({ by, field }) => [by.name, by.id, field])),
    [
      ["rack1-07", uuid(0), "driver_info.deploy_kernel"],
      ["rack1-07", uuid(0), "driver_info.deploy_ramdisk"],
    ],
  );
});
