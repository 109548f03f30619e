import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { glanceInventory } from "../../../core/openstack/glance-inventory.ts";
import { authenticate } from "../../../core/openstack/keystone.ts";
import { recordsOf, removeLeftovers, type UploadedAs } from "../../../core/openstack/leftovers.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { uploads } from "./uploads.ts";
import { variant } from "./variant.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

test("fault 47: of all records in the real Glance those of one upload are removed, but for those that were there before", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const stranger = await authenticate(await variant(t, cloud.cloudsFile, "other"));
  const [own, others] = [uploads(session), uploads(stranger)];
  t.after(async () => {
    await own.clean();
    await others.clean();
  });
  const properties = { ironic_images_stack: `leftovers-${randomUUID()}`, ironic_images_build: "Build" };
  const upload: UploadedAs = { projectId: session.projectId, name: "my-image", containerFormat: "bare", properties };
  const fields = { name: "my-image", ...properties };
  const inventory = glanceInventory(session);

  const earlier = await own.queued(fields);
  const before = new Set((await recordsOf(inventory, upload)).map(({ id }) => id));
  assert.deepEqual([...before], [earlier]);

  const left = [await own.queued(fields), (await own.upload("image", fields)).id];
  const kept = {
    "another name": await own.queued({ ...fields, name: "my-image-2" }),
    "a name in other case": await own.queued({ ...fields, name: "My-image" }),
    "another build": await own.queued({ ...fields, ironic_images_build: "build" }),
    "another role": (await own.upload("kernel", fields)).id,
    "shared since": await own.queued({ ...fields, visibility: "community" }),
    "of another project": await others.queued({ ...fields, visibility: "shared" }),
    earlier,
  };
  assert.deepEqual((await removeLeftovers(inventory, upload, before)).sort(), left.sort());
  const there = new Set((await inventory.list(properties)).concat(await inventory.list()).map(({ id }) => id));
  for (const id of left) assert.equal(there.has(id), false);
  for (const [why, id] of Object.entries(kept)) assert.equal(there.has(id), true, why);
  assert.deepEqual(await removeLeftovers(inventory, upload, before), []);
});
