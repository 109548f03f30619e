import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import tmp from "tmp";
import { readCloud } from "../../core/openstack/clouds.ts";
import type { GlanceImage } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { notesDirectory, noteUpload } from "../../core/openstack/upload-notes.ts";
import { uploads } from "../core/openstack/uploads.ts";
import { killAll, victims } from "../support/campaign.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { faultyGlance, type FaultyGlance } from "../support/faulty-glance.ts";
import { glanceUser, imageEndpointOf, placesOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { addRegion } from "../support/region.ts";
import { assertNoResidue } from "../support/residue.ts";

const name = "killed-upload";

describe("pulumi is killed in mid-upload, on the real engine and a real Glance", () => {
  const scratch = tmp.dirSync({ prefix: "ironic-images-test-" }).name;
  let cloud: TestCloud;
  let owner: GlanceUser;
  let faulty: FaultyGlance;
  let project: TestProject;
  let own: ReturnType<typeof uploads>;
  let projectId: string;
  let published: GlanceImage;

  const up = () => project.pulumi(["up", "--yes", "--skip-preview"]);
  const said = ({ stdout, stderr }: PulumiRun) => stdout + stderr;
  const images = () => owner.list({ ironic_images_stack: name });
  const notes = () => {
    const directory = path.join(project.directory, notesDirectory);
    return existsSync(directory) ? readdirSync(directory) : [];
  };

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    faulty = await faultyGlance(await imageEndpointOf(cloud.cloudsFile));
    const cloudsFile = path.join(scratch, "clouds.yaml");
    await addRegion(cloud.cloudsFile, path.basename(scratch), faulty.url, cloudsFile);
    const session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
    own = uploads(session);
    projectId = session.projectId;
    project = await createProject(cloudsFile, name);
    await project.addElement("tiny");
    await project.writeRecipe("disk", tinyWholeDisk);
    await project.writeStack({ "ironic-images:userImages": { [name]: { recipe: "disk" } } });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    for (const { id } of await images()) await owner.delete(id);
    await project.remove();
    await rm(scratch, { recursive: true });
    await faulty.close();
    await cloud.stop();
  });

  it("fault 38: its plugins end with it, and what they left in Glance is noted", async () => {
    const kill = faulty.inject({
      method: "PUT",
      times: 1,
      atByte: 1_000_000,
      act: async () => void killAll(victims(project.scratch, /^pulumi up /), "SIGKILL"),
    });
    assert.equal((await up()).exitCode, undefined);
    assert.equal(kill.hits, 1);
    await assertNoResidue(project.scratch, { live: true, seconds: 20 });
    assert.equal((await images()).length, 1);
    assert.equal(notes().length, 1);
  });

  it("fault 38: the next up deletes it, and one good image is in Glance", async () => {
    const [left] = await images();
    await project.pulumi(["cancel", "--yes"]);
    const run = await up();
    assert.equal(run.exitCode, 0, said(run));
    assert.match(said(run), new RegExp(`${name}: deleted image ${left?.id}, which an update that was killed has left`));
    const [image, ...more] = await images();
    assert.ok(image);
    assert.deepEqual([image.status, more, notes()], ["active", [], []]);
    published = image;
  });

  it("what the state names, and what was there before the upload, stays although a note of a killed update speaks of it", async () => {
    const origin = Object.entries(published).filter(([key]) => key.startsWith("ironic_images_"));
    const properties = Object.fromEntries(origin) as Record<string, string>;
    const earlier = await own.queued({ name, ...properties, disk_format: "qcow2", container_format: "bare" });
    const note = {
      engine: { pid: process.pid, startTime: "1" },
      backend: project.environment["PULUMI_BACKEND_URL"] ?? "",
      urn: await project.urn("Image", `${name}-image`),
      upload: { projectId, name, containerFormat: "bare", properties },
      before: [earlier],
    };
    await noteUpload(project.directory, note);
    const later = await own.queued({ name, ...properties, disk_format: "qcow2", container_format: "bare" });
    const run = await up();
    assert.equal(run.exitCode, 0, said(run));
    assert.match(said(run), new RegExp(`deleted image ${later}`));
    assert.deepEqual((await images()).map(({ id }) => id).sort(), [published.id, earlier].sort());
    assert.deepEqual(notes(), []);
  });
});
