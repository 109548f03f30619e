import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { asNobody, createProject, type TestProject } from "../support/project.ts";
import { tinyPartition, tinyWholeDisk } from "../support/recipes.ts";

interface Published {
  readonly imageId: string;
  readonly kernelId?: string;
  readonly ramdiskId?: string;
  readonly fingerprint: string;
  readonly buildId: string;
}

describe("an image on the real engine and the real Glance", () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let project: TestProject;
  let published: Record<string, Published>;

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    project = await createProject(cloud.cloudsFile, "life");
    await project.addElement("tiny");
    await project.writeRecipe("tiny-partition", tinyPartition);
    await project.writeRecipe("tiny-whole-disk", tinyWholeDisk);
    await project.writeStack({
      "ironic-images:userImages": {
        "my-image": { recipe: "tiny-partition", minRamMiB: 512, properties: { os_distro: "tiny" } },
        "my-disk": { recipe: "tiny-whole-disk" },
      },
    });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  it("a preview of bad config tells every mistake and registers nothing", async () => {
    const other = await project.clone();
    await other.writeRecipe("tiny-partition", { ...tinyPartition, release: undefined, elements: ["no-such-element"] });
    await other.writeStack({
      "ironic-images:userImages": { "my-image": { recipe: "tiny-partition", visibility: "everybody" } },
    });
    const preview = await other.pulumi(["preview"]);
    assert.notEqual(preview.exitCode, 0);
    const said = preview.stdout + preview.stderr;
    for (const place of [
      "recipes/tiny-partition.yaml:release:",
      "recipes/tiny-partition.yaml:elements[0]:",
      "stacks/Pulumi.life.yaml:userImages.my-image.visibility:",
    ]) {
      assert.ok(said.includes(place), said);
    }
    assert.deepEqual(preview.steps, []);
  });

  it("the preview says what the first up does", async () => {
    const preview = await project.pulumi(["preview"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    const creates = preview.steps.filter(({ op }) => op === "create").map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(creates.sort(), [
      "DiskImage my-disk",
      "DiskImage my-image",
      "Image my-disk-image",
      "Image my-image-image",
      "Image my-image-kernel",
      "Image my-image-ramdisk",
      "PartitionImage my-image",
      "Publication my-disk",
      "Publication my-image",
      "StackCloud cloud",
      "WholeDiskImage my-disk",
    ]);
  });

  it("the first up builds, registers, wires and verifies", async () => {
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    published = (await project.outputs())["userImages"] as Record<string, Published>;
    const images = new Map((await glance.list()).map((image) => [image.id, image]));
    const triple = published["my-image"];
    assert.ok(triple?.kernelId && triple.ramdiskId);
    const [image, kernel, ramdisk] = [triple.imageId, triple.kernelId, triple.ramdiskId].map((id) => images.get(id));
    assert.ok(image && kernel && ramdisk);
    assert.deepEqual(
      [kernel, ramdisk, image].map((found) => [found["name"], found.disk_format, found.container_format, found.status]),
      [
        ["my-image.vmlinuz", "aki", "aki", "active"],
        ["my-image.initrd", "ari", "ari", "active"],
        ["my-image", "qcow2", "bare", "active"],
      ],
    );
    assert.equal(image["kernel_id"], triple.kernelId);
    assert.equal(image["ramdisk_id"], triple.ramdiskId);
    assert.equal(image["img_type"], "partition");
    assert.equal(image["os_distro"], "tiny");
    assert.equal(image["min_ram"], 512);
    for (const found of [kernel, ramdisk, image]) {
      assert.equal(found["ironic_images_build"], triple.buildId);
      assert.equal(found["ironic_images_fingerprint"], triple.fingerprint);
      assert.equal(found["ironic_images_stack"], "life");
    }
  });

  it("a whole-disk image carries neither kernel_id nor ramdisk_id", async () => {
    const id = published["my-disk"]?.imageId;
    const disk = (await glance.list()).find((image) => image.id === id);
    assert.ok(disk);
    assert.equal(disk["img_type"], "whole-disk");
    assert.equal("kernel_id" in disk, false);
    assert.equal("ramdisk_id" in disk, false);
    assert.deepEqual(Object.keys(published["my-disk"] ?? {}).sort(), ["buildId", "fingerprint", "imageId"]);
  });

  it("Glance gives out the bytes of the artifact", async () => {
    const triple = published["my-image"];
    assert.ok(triple?.kernelId && triple.ramdiskId);
    const directory = path.join(
      project.directory,
      ".images/artifacts",
      `tiny-partition-${triple.fingerprint.slice(0, 12)}`,
    );
    const record = JSON.parse(await readFile(path.join(directory, "artifact.json"), "utf8")) as {
      files: Record<string, { sha256: string }>;
    };
    assert.equal(await glance.downloadedSha256(triple.imageId), record.files["image"]?.sha256);
    assert.equal(await glance.downloadedSha256(triple.kernelId), record.files["kernel"]?.sha256);
    assert.equal(await glance.downloadedSha256(triple.ramdiskId), record.files["ramdisk"]?.sha256);
  });

  it("a second up changes nothing and opens no image file", async (t) => {
    const trace = path.join(project.scratch, "trace");
    const through = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2", "-o", trace];
    const up = await project.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"], { through });
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const opened = (await readFile(trace, "utf8")).split("\n");
    assert.ok(
      opened.some((line) => line.includes("elements/tiny")),
      "the trace must have seen the provider",
    );
    const imageFiles = opened.filter((line) => /\.(qcow2|vmlinuz|initrd)"/.test(line));
    assert.deepEqual(imageFiles, []);
    t.diagnostic(`${opened.length} files opened, none of an image`);
  });

  it("the same stack seen from another directory, as another user, without artifacts, has no change", async (t) => {
    if (process.getuid?.() !== 0) return t.skip("needs root to become another user");
    const other = await project.clone();
    const preview = await other.pulumi(["preview", "--expect-no-changes"], {
      through: await asNobody(other.directory),
    });
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    assert.match(preview.stdout, /Resources:\s+1\d unchanged/);
  });

  it("destroy leaves Glance without an image of the stack", async () => {
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroy.exitCode, 0, destroy.stderr + destroy.stdout);
    assert.deepEqual(await glance.list({ ironic_images_stack: "life" }), []);
  });
});
