import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient, type GlanceClient } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { uploads, type Uploads } from "../core/openstack/uploads.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, placesOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type Step, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";
import { watchVisible } from "../support/watcher.ts";

const images = ["my-image-kernel", "my-image-ramdisk", "my-image-image"];

describe("a public triple whose element changes, on the real engine and the real Glance", () => {
  let cloud: TestCloud;
  let owner: GlanceUser;
  let other: GlanceUser;
  let glance: GlanceClient;
  let operator: Uploads;
  let project: TestProject;
  const stack = { ironic_images_stack: "rollover" };

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    const session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
    [glance, operator] = [glanceClient(session), uploads(session)];
    project = await createProject(cloud.cloudsFile, "rollover");
    await project.addElement("tiny");
    await writeMarker(project, "zero");
    await project.writeRecipe("tiny-partition", { ...tinyPartition, elements: ["marker"] });
    await project.writeRecipe("bystander", { ...tinyPartition, revision: "bystander" });
    await writeStack({});
  });

  const writeStack = (change: object) =>
    project.writeStack({
      "ironic-images:userImages": {
        "my-image": {
          recipe: "tiny-partition",
          visibility: "public",
          protected: true,
          hideKernelAndRamdisk: true,
          properties: { os_distro: "tiny" },
          ...change,
        },
        bystander: { recipe: "bystander" },
      },
    });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    // User images first: what is kept is nobody's but Glance's.
    const kept = await owner.listAll(stack);
    for (const { id } of kept.sort((one) => ("kernel_id" in one ? -1 : 1))) await operator.delete(id);
    await project.remove();
    await cloud.stop();
  });

  it("is visible to another project only when verified", async (t) => {
    const watcher = watchVisible(other, stack);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await watcher.stop(), []);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const shown = await other.list(stack);
    assert.deepEqual(
      shown.map((image) => [image.name, image["os_distro"], image.protected]),
      [["my-image", "tiny", true]],
      "kernel and ramdisk are in no list",
    );
    assert.equal((await other.listAll(stack)).length, 3);
    t.diagnostic(`${watcher.looks} looks of a second user`);
  });

  it("refresh keeps what Publication made public", async () => {
    const up = await project.pulumi(["up", "--refresh", "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    assert.equal((await other.listAll(stack)).length, 3);
  });

  it("a kernel_id that was changed behind our back is shown by refresh, and mended", async () => {
    const [image] = await other.list(stack);
    assert.ok(image);
    const { ramdisk_id: ramdisk, kernel_id: kernel } = image;
    await glance.patch(image.id, [{ op: "replace", path: "/kernel_id", value: ramdisk }]);
    const up = await project.pulumi(["up", "--refresh", "--diff", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    assert.match(up.stdout, new RegExp(`kernel_id *: "${String(ramdisk)}" => "${String(kernel)}"`));
    assert.equal((await glance.get(image.id))?.["kernel_id"], kernel);
  });

  let planFile: string;
  let reviewed: readonly Step[];

  it("the preview names the element and touches nothing but its triple", async () => {
    await writeMarker(project, "one");
    planFile = path.join(project.scratch, "plan.json");
    const preview = await project.pulumi(["preview", "--refresh", "--diff", "--save-plan", planFile]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    reviewed = preview.steps.filter(({ op }) => op !== "refresh");
    assert.match(preview.stdout, /marker/);
    const golden = path.join(import.meta.dirname, "changed-element.golden.json");
    const seen = [...reviewed].sort((a, b) => `${a.type} ${a.name}`.localeCompare(`${b.type} ${b.name}`));
    if (process.env["IRONIC_IMAGES_WRITE_GOLDEN"]) await writeFile(golden, `${JSON.stringify(seen, undefined, 2)}\n`);
    assert.deepEqual(seen, JSON.parse(await readFile(golden, "utf8")));
    const changed = reviewed.filter(({ op }) => op !== "same").map(({ op, type, name }) => `${op} ${type} ${name}`);
    assert.ok(changed.includes("replace DiskImage my-image"), changed.join("\n"));
    for (const name of images) assert.ok(changed.includes(`replace Image ${name}`), changed.join("\n"));
    assert.deepEqual(
      changed.filter((line) => line.includes("bystander")),
      [],
    );
  });

  it("up refuses the plan when the element was edited after the review", async () => {
    await writeMarker(project, "edited between");
    const up = await project.pulumi(["up", "--plan", planFile, "--yes", "--skip-preview"]);
    assert.notEqual(up.exitCode, 0);
    assert.match(up.stderr + up.stdout, /violates plan/);
    assert.match(up.stderr + up.stdout, /fingerprint|elementDigests/);
    await writeMarker(project, "one");
  });

  it("up does what the preview said: the new triple is in before the old goes, and no mixed one is ever seen", async (t) => {
    const before = new Set((await owner.listAll(stack)).map(({ id }) => id));
    const watcher = watchVisible(other, stack);
    const up = await project.pulumi(["up", "--plan", planFile, "--yes", "--skip-preview"]);
    assert.deepEqual(await watcher.stop(), []);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    t.diagnostic(`${watcher.looks} looks of a second user`);
    assert.deepEqual(operations(up.steps), operations(reviewed));
    const firstDelete = up.steps.findIndex(({ op, type }) => op === "delete-replaced" && type === "Image");
    const lastCreate = up.steps.findLastIndex(({ op, type }) => op === "create-replacement" && type === "Image");
    const published = up.steps.findIndex(
      ({ op, type, name }) => op === "update" && type === "Publication" && name === "my-image",
    );
    assert.ok(lastCreate !== -1 && lastCreate < published && published < firstDelete, JSON.stringify(up.steps));
    const now = (await other.listAll(stack)).map(({ id }) => id);
    assert.equal(now.length, 3, "the old ones were protected, and are gone all the same");
    assert.ok(now.every((id) => !before.has(id)));
  });

  it("a replacement after a refresh of public images starts private again", async () => {
    await project.pulumi(["refresh", "--yes", "--skip-preview"]);
    await writeMarker(project, "two");
    const watcher = watchVisible(other, stack);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.deepEqual(await watcher.stop(), []);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
  });

  it("with keepPrevious a replaced triple stays, whole and with its own ids", async () => {
    await writeStack({ keepPrevious: true });
    const said = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(said.exitCode, 0, said.stderr + said.stdout);
    const before = await other.listAll(stack);
    await writeMarker(project, "three");
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const now = new Map((await other.listAll(stack)).map((image) => [image.id, image]));
    assert.equal(now.size, 6);
    for (const { id, kernel_id: kernelId, status } of before) {
      const kept = now.get(id);
      assert.deepEqual([kept?.status, kept?.["kernel_id"]], [status, kernelId]);
      assert.deepEqual([kept?.os_hidden, kept?.protected], [true, true]);
    }
    assert.deepEqual(
      (await other.list(stack)).map(({ name }) => name),
      ["my-image"],
    );
  });
});

function operations(steps: readonly Step[]): string[] {
  const wanted = steps.filter(({ op, type }) => type !== "Stack" && op !== "same" && op !== "refresh");
  return [...new Set(wanted.map(({ op, type, name }) => `${op} ${type} ${name}`))].sort();
}

async function writeMarker(project: TestProject, content: string): Promise<void> {
  await project.writeElement("marker", {
    "element-deps": "",
    "install.d/90-marker": `#!/bin/bash\necho '${content}' > /marker\n`,
  });
}
