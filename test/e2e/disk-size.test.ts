import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";

const stack = "size";

describe("the disk of an image, on the real engine and the real Glance", { skip: cannotBuild() ?? false }, () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let project: TestProject;
  const said: string[] = [];

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    project = await createProject(cloud.cloudsFile, stack);
    await project.addElement("tiny");
    await project.writeRecipe("two-gib", { ...tinyPartition, environment: { DIB_IMAGE_SIZE: "2" } });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  const up = async (change: object) => {
    await project.writeStack({ "ironic-images:userImages": { "my-image": { recipe: "two-gib", ...change } } });
    return project.pulumi(["up", "--yes", "--skip-preview"]);
  };
  const registered = () => glance.list({ ironic_images_stack: stack });

  for (const [what, change, message] of [
    [
      "larger than allowed",
      { maxVirtualSizeGiB: 1 },
      /stacks\/Pulumi\.size\.yaml:userImages\.my-image: the image's disk has 2 GiB, and maxVirtualSizeGiB is 1; nothing was registered/,
    ],
    [
      "larger than the minimum that is given",
      { minDiskGiB: 1 },
      /stacks\/Pulumi\.size\.yaml:userImages\.my-image: minDiskGiB is 1, and the image's disk has 2 GiB/,
    ],
  ] as const) {
    it(`is refused when it is ${what}, before anything is registered`, async () => {
      const run = await up(change);
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout + run.stderr, message);
      assert.deepEqual(await registered(), []);
      said.push(run.stdout);
    });
  }

  it("is warned of once, when the image is made", () => {
    const warnings = said.map(
      (text) => text.match(/two-gib: warning: two-gib\.qcow2: it has no grub-install/g)?.length,
    );
    // The engine shows a message as it comes, and again at its end.
    assert.ok((warnings[0] ?? 0) >= 1);
    assert.equal(warnings[1], undefined);
  });

  it("is Glance's min_disk", async () => {
    const run = await up({});
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    const image = (await registered()).find(({ name }) => name === "my-image");
    assert.equal(image?.["min_disk"], 2);
  });
});
