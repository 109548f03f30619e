import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import tmp from "tmp";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { faultyGlance, type FaultyGlance, type InjectedFault } from "../support/faulty-glance.ts";
import { glanceUser, imageEndpointOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";
import { addRegion } from "../support/region.ts";
import { watchVisible } from "../support/watcher.ts";

describe("a triple that fails to roll over, on the real engine and the real Glance", () => {
  const stack = { ironic_images_stack: "failures" };
  let cloud: TestCloud;
  let faulty: FaultyGlance;
  let cut: InjectedFault;
  let owner: GlanceUser;
  let other: GlanceUser;
  let project: TestProject;

  const scratch = tmp.dirSync({ prefix: "ironic-images-test-" }).name;

  const liveTriple = async () => (await other.list(stack)).map(({ id }) => id).sort();
  const writeElement = (script: string) =>
    project.writeElement("step", { "element-deps": "", "install.d/50-step": `#!/bin/bash\n${script}\n` });

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    faulty = await faultyGlance(await imageEndpointOf(cloud.cloudsFile));
    const cloudsFile = path.join(scratch, "clouds.yaml");
    await addRegion(cloud.cloudsFile, path.basename(scratch), faulty.url, cloudsFile);
    project = await createProject(cloudsFile, "failures");
    await project.addElement("tiny");
    await project.writeRecipe("stepping", { ...tinyPartition, elements: ["step"] });
    await writeElement("echo one > /step");
    await project.writeStack({
      "ironic-images:userImages": { "my-image": { recipe: "stepping", visibility: "public" } },
    });
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await rm(scratch, { recursive: true });
    await faulty.close();
    await cloud.stop();
  });

  it("a failing build leaves the old triple untouched and names hook and log", async () => {
    const before = await liveTriple();
    await writeElement("echo about to fail; exit 3");
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(up.exitCode, 0);
    assert.match(up.stdout + up.stderr, /50-step/);
    assert.match(up.stdout + up.stderr, /about to fail/);
    assert.match(up.stdout + up.stderr, /\.log/);
    assert.deepEqual(await liveTriple(), before);
    assert.equal((await owner.list(stack)).length, 3);
  });

  it("fault 37: a failing upload of the ramdisk (cut off by a proxy) leaves the old triple untouched", async () => {
    const before = await liveTriple();
    await writeElement("echo two > /step");
    cut = faulty.inject({ method: "PUT", containerFormat: "ari", atByte: 1, act: "reset" });
    const watcher = watchVisible(other, stack);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await watcher.stop(), []);
    assert.notEqual(up.exitCode, 0);
    assert.deepEqual(await liveTriple(), before);
  });

  it("the next up completes: one triple, all new, no record without data left", async () => {
    const before = await liveTriple();
    cut.remove();
    const watcher = watchVisible(other, stack);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await watcher.stop(), []);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const after = await liveTriple();
    assert.equal(after.length, 3);
    assert.ok(after.every((id) => !before.includes(id)));
    const all = await owner.list(stack);
    assert.deepEqual(
      all.map(({ status }) => status),
      ["active", "active", "active"],
    );
    assert.equal(new Set(all.map((image) => image["ironic_images_build"])).size, 1);
  });

  it("fault 41: an image deleted behind our back is made again from the store after refresh, with the same bytes", async () => {
    const triple = await owner.list(stack);
    const kernel = triple.find(({ container_format }) => container_format === "aki");
    const user = triple.find(({ container_format }) => container_format === "bare");
    assert.ok(kernel && user);
    await owner.delete(kernel.id);
    const up = await project.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const now = await other.list(stack);
    const newKernel = now.find(({ container_format }) => container_format === "aki");
    const sameUser = now.find(({ id }) => id === user.id);
    assert.ok(newKernel && sameUser);
    assert.equal(newKernel.os_hash_value, kernel.os_hash_value);
    assert.equal(sameUser["kernel_id"], newKernel.id);
    assert.equal(now.length, 3);
  });

  it("with the store gone too it is refused with the two ways out, and the rest stays", async () => {
    const triple = await owner.list(stack);
    const ramdisk = triple.find(({ container_format }) => container_format === "ari");
    assert.ok(ramdisk);
    await owner.delete(ramdisk.id);
    await rm(path.join(project.directory, ".images/artifacts"), { recursive: true });
    const up = await project.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
    assert.notEqual(up.exitCode, 0);
    const said = up.stdout + up.stderr;
    assert.match(said, /npm run store -- import/);
    assert.match(said, /pulumi up --replace 'urn:pulumi:failures::ironic-images::.*DiskImage::my-image'/);
    const rest = triple
      .filter(({ id }) => id !== ramdisk.id)
      .map(({ id }) => id)
      .sort();
    assert.deepEqual((await owner.list(stack)).map(({ id }) => id).sort(), rest);
  });

  it("the second way out rebuilds and rolls all three", async () => {
    const before = await owner.list(stack);
    const urn = await project.urn("DiskImage", "my-image");
    const up = await project.pulumi(["up", "--replace", urn, "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const now = await other.list(stack);
    assert.equal(now.length, 3);
    assert.ok(now.every(({ id }) => !before.some((old) => old.id === id)));
    assert.equal(new Set(now.map((image) => image["ironic_images_build"])).size, 1);
  });

  it("a second image that fails to build does not hold back a first with --continue-on-error", async () => {
    await project.writeElement("broken", { "element-deps": "", "install.d/10-broken": "#!/bin/bash\nexit 9\n" });
    await project.writeRecipe("broken", { ...tinyPartition, elements: ["broken"] });
    await project.writeRecipe("fine", { ...tinyPartition, revision: "fine" });
    await project.writeStack({
      "ironic-images:userImages": {
        "my-image": { recipe: "stepping", visibility: "public" },
        broken: { recipe: "broken" },
        fine: { recipe: "fine" },
      },
    });
    const up = await project.pulumi(["up", "--continue-on-error", "--yes", "--skip-preview"]);
    assert.notEqual(up.exitCode, 0);
    const names = (await owner.list(stack)).map((image) => image["name"]);
    assert.ok(names.includes("fine") && names.includes("fine.vmlinuz") && names.includes("fine.initrd"), names.join());
    assert.ok(!names.includes("broken"));
  });
});
