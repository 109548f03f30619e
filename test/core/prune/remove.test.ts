import assert from "node:assert/strict";
import { test } from "node:test";
import { IronicImagesError } from "../../../core/errors.ts";
import type { GlanceImage, ImagePatch } from "../../../core/openstack/glance.ts";
import { removeImages } from "../../../core/prune/remove.ts";
import { image, part, plan, uuid } from "./samples.ts";

const { remove: triple } = plan([
  part(1, "aki"),
  part(2, "ari"),
  image(3, { kernel_id: uuid(1), ramdisk_id: uuid(2) }),
  part(4, "aki"),
]);

async function run(failures: Readonly<Record<string, IronicImagesError>>, entries = triple) {
  const asked: string[] = [];
  const inventory = {
    async delete(id: string): Promise<"deleted"> {
      asked.push(id);
      const failure = failures[id];
      if (failure !== undefined) throw failure;
      return "deleted";
    },
    async patch(id: string, [step]: readonly ImagePatch[]): Promise<GlanceImage> {
      asked.push(`${id} ${step?.path} ${String(step?.value)}`);
      return image(0);
    },
  };
  const removals = await removeImages(inventory, entries);
  return { asked, outcomes: removals.map(({ entry, outcome, why }) => [entry.image.id, outcome, why]) };
}

test("images go one after the other in the order given (stand-in for Glance)", async () => {
  const { asked, outcomes } = await run({});
  assert.deepEqual(asked, [uuid(3), uuid(2), uuid(1), uuid(4)]);
  assert.deepEqual(
    outcomes.map(([, outcome]) => outcome),
    ["deleted", "deleted", "deleted", "deleted"],
  );
});

test("an image in use is left with its kernel and ramdisk, the others go (stand-in for Glance)", async () => {
  const { asked, outcomes } = await run({ [uuid(3)]: new IronicImagesError("glance-refused", "409 in use") });
  assert.deepEqual(asked, [uuid(3), uuid(4)]);
  const user = `image ${uuid(3)}, which names it, is still there`;
  assert.deepEqual(outcomes, [
    [uuid(3), "left", "409 in use"],
    [uuid(2), "left", user],
    [uuid(1), "left", user],
    [uuid(4), "deleted", ""],
  ]);
});

test("a cloud that stops answering is asked no more (stand-in for Glance)", async () => {
  const { asked, outcomes } = await run({ [uuid(2)]: new IronicImagesError("cloud-unreachable", "ECONNREFUSED") });
  assert.deepEqual(asked, [uuid(3), uuid(2)]);
  assert.deepEqual(outcomes.slice(1), [
    [uuid(2), "left", "ECONNREFUSED"],
    [uuid(1), "left", "ECONNREFUSED"],
    [uuid(4), "left", "ECONNREFUSED"],
  ]);
});

test("a protected image is unprotected for its deletion, and protected again if that fails (stand-in for Glance)", async () => {
  const guarded = [part(1, "aki", { protected: true }), part(2, "ari", { protected: true })];
  const { remove: entries } = plan(guarded, { unprotect: true });
  const { asked } = await run({ [uuid(1)]: new IronicImagesError("glance-refused", "409 in use") }, entries);
  assert.deepEqual(asked, [
    `${uuid(2)} /protected false`,
    uuid(2),
    `${uuid(1)} /protected false`,
    uuid(1),
    `${uuid(1)} /protected true`,
  ]);
});
