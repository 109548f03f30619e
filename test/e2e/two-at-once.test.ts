import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { upsAtOnce } from "../support/ups-at-once.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

test(
  "faults 19, 20: four ups at once of four stacks that share two recipes and a store all succeed, with one build of each recipe and never two in one slot",
  { timeout: 600_000 },
  async () => {
    const { images, mostBuilds } = await upsAtOnce(cloud.cloudsFile, "at-once", 4, 1);
    assert.equal(mostBuilds, 1);
    assert.deepEqual(
      images.map(({ downloaded }) => downloaded),
      images.map(({ sha256 }) => sha256),
    );
    const builds = images.map(({ buildId }) => buildId);
    assert.equal(builds[0], builds[2]);
    assert.equal(builds[1], builds[3]);
    assert.equal(new Set(builds).size, 2);
  },
);
