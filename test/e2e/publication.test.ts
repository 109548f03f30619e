import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient, type GlanceClient, type GlanceImage, type ImagePatch } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { uploads, type Uploads } from "../core/openstack/uploads.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, placesOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";

const replace = (path: string, value: unknown): ImagePatch => ({ op: "replace", path, value });

describe("a published image over its life, on the real engine and the real Glance", () => {
  const stack = { ironic_images_stack: "publication" };
  let cloud: TestCloud;
  let glance: GlanceClient;
  let operator: Uploads;
  let other: GlanceUser;
  let otherProject: string;
  let project: TestProject;
  let id: string;

  before(async () => {
    cloud = await testCloud();
    const session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
    glance = glanceClient(session);
    operator = uploads(session);
    other = await glanceUser(cloud.cloudsFile, "other");
    otherProject = (await authenticate(await readCloud("other", placesOf(cloud.cloudsFile)))).projectId;
    project = await createProject(cloud.cloudsFile, "publication");
    await project.addElement("tiny");
    await project.writeRecipe("tiny-whole-disk", tinyWholeDisk);
    const properties = { os_distro: "tiny", os_version: "1", plain: "one" };
    await writeStack({ visibility: "shared", members: [otherProject], properties });
    const run = await up();
    const { userImages } = (await project.outputs()) as { userImages: Record<string, { imageId: string }> };
    id = userImages["my-disk"]?.imageId ?? assert.fail(run.stdout);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  const writeStack = (change: object) =>
    project.writeStack({ "ironic-images:userImages": { "my-disk": { recipe: "tiny-whole-disk", ...change } } });
  async function up(...more: string[]): Promise<PulumiRun> {
    const run = await project.pulumi(["up", "--yes", "--skip-preview", ...more]);
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    return run;
  }
  const image = async () => (await glance.get(id)) ?? assert.fail("the image is gone");
  /** What an `up` or a preview changes, without what stays as it is. */
  const changed = ({ steps }: PulumiRun) =>
    steps.filter(({ op }) => op !== "same" && op !== "refresh").map(({ op, type }) => `${op} ${type}`);
  const seenByOther = async () => (await other.list({ ...stack, member_status: "all" })).map((found) => found.id);
  const fields = ({ visibility, protected: isProtected, os_hidden, ...rest }: GlanceImage) => {
    const { os_distro, os_version, plain } = rest;
    return { visibility, protected: isProtected, os_hidden, os_distro, os_version, plain };
  };

  it("a shared image is its members'", async () => {
    assert.deepEqual(await glance.members(id), [otherProject]);
    assert.deepEqual(await seenByOther(), [id]);
    assert.deepEqual([(await image())["os_distro"], (await image())["plain"]], ["tiny", "one"]);
  });

  it("visibility, members, protection and properties of both owners change in place", async () => {
    await writeStack({ visibility: "public", protected: true, properties: { os_distro: "other", plain: "two" } });
    const run = await up();
    assert.deepEqual(changed(run).sort(), ["update Image", "update Publication"]);
    const wanted = { visibility: "public", protected: true, os_hidden: false, plain: "two" };
    assert.deepEqual(fields(await image()), { ...wanted, os_distro: "other", os_version: undefined });
  });

  // The openstack plugin tells no paths; what the preview prints of it is in `text`.
  const drifts: { title: string; patch: ImagePatch[]; diff?: RegExp; text?: RegExp }[] = [
    { title: "visibility", patch: [replace("/visibility", "private")], diff: /^visibility$/ },
    { title: "protection", patch: [replace("/protected", false)], diff: /^protected$/ },
    { title: "os_hidden", patch: [replace("/os_hidden", true)], diff: /^images\[0\]\.hidden$/ },
    {
      title: "an os_ property",
      patch: [replace("/os_distro", "fedora")],
      diff: /^images\[0\]\.properties\.os_distro$/,
    },
    {
      title: "an os_ property that is not ours",
      patch: [{ op: "add", path: "/os_type", value: "linux" }],
      diff: /^images\[0\]\.properties\.os_type$/,
    },
    { title: "a plain property", patch: [replace("/plain", "else")], text: /plain *: "else" => "two"/ },
    { title: "img_type", patch: [replace("/img_type", "partition")], text: /img_type *: "partition" => "whole-disk"/ },
  ];

  it("refresh and preview show each change that was made behind our back at its owner, and up mends them all", async (t) => {
    const before = await image();
    await glance.patch(
      id,
      drifts.flatMap(({ patch }) => patch),
    );
    const preview = await project.pulumi(["preview", "--refresh", "--diff"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    const updates = preview.steps.filter(({ op }) => op === "update");
    const paths = updates.find(({ type }) => type === "Publication")?.diffs ?? [];
    for (const { title, diff, text } of drifts) {
      if (diff !== undefined)
        assert.ok(
          paths.some((one) => diff.test(one)),
          `${title}: ${paths.join(", ")}`,
        );
      if (text !== undefined) assert.match(preview.stdout, text, title);
    }
    t.diagnostic(`Publication: ${paths.join(", ")}`);
    const run = await up("--refresh");
    assert.deepEqual(changed(run).sort(), ["update Image", "update Publication"]);
    const { updated_at: _, ...now } = await image();
    const { updated_at: _u, ...then } = before;
    assert.deepEqual(now, then);
    await up("--refresh", "--expect-no-changes");
  });

  it("fault 42: an image that an administrator deactivated is refused with the reason", async () => {
    await operator.deactivate(id);
    const run = await project.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
    assert.notEqual(run.exitCode, 0);
    assert.match(run.stdout + run.stderr, new RegExp(`an administrator deactivated image ${id}`));
    await operator.reactivate(id);
  });

  it("a protected image is destroyed", async () => {
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroy.exitCode, 0, destroy.stderr + destroy.stdout);
    assert.equal(await glance.get(id), undefined);
  });
});
