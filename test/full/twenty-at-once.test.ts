import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { upsAtOnce } from "../support/ups-at-once.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

test("faults 19, 20: twenty ups at once of twenty stacks on one cloud all succeed, with two builds in all", async (t) => {
  const { images, mostBuilds } = await upsAtOnce(cloud.cloudsFile, "twenty-at-once", 20, 2);
  t.diagnostic(`at most ${mostBuilds} builds at the same time`);
  assert.ok(mostBuilds <= 2);
  assert.deepEqual(
    images.map(({ downloaded }) => downloaded),
    images.map(({ sha256 }) => sha256),
  );
  assert.equal(new Set(images.map(({ buildId }) => buildId)).size, 2);
});
