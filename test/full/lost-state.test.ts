import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue } from "../support/residue.ts";

const stacks = ["state-one", "state-two", "state-renamed"];

describe("states that are lost, old or renamed, and two stacks with one store, on the real engine", () => {
  let cloud: TestCloud;
  let owner: GlanceUser;
  let one: TestProject;
  let two: TestProject;

  const up = async (project: TestProject, ...more: string[]): Promise<PulumiRun> => {
    const run = await project.pulumi(["up", "--yes", "--skip-preview", ...more]);
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    return run;
  };
  const write = (project: TestProject, revision: string) =>
    project.writeStack({ "ironic-images:userImages": { [`of-${project.stack}`]: { recipe: `disk-${revision}` } } });
  const images = async (stack: string) =>
    (await owner.listAll({ ironic_images_stack: stack })).map(({ id, status }) => `${id} ${status}`).sort();
  const published = async (project: TestProject) => {
    const { userImages } = (await project.outputs()) as { userImages: Record<string, Record<string, string>> };
    const { imageId = "", buildId = "" } = Object.values(userImages)[0] ?? {};
    return { imageId, buildId, line: `${imageId} active` };
  };

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    one = await createProject(cloud.cloudsFile, "state-one");
    two = await one.addStack("state-two");
    await one.addElement("tiny");
    for (const revision of ["1", "2"]) await one.writeRecipe(`disk-${revision}`, { ...tinyWholeDisk, revision });
    for (const project of [one, two]) await write(project, "1");
    await up(one);
    await up(two);
  });

  after(async () => {
    for (const project of [one, two]) await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    for (const stack of stacks)
      for (const { id } of await owner.listAll({ ironic_images_stack: stack })) await owner.delete(id);
    await assertNoResidue(one.scratch);
    await one.remove();
    await cloud.stop();
  });

  it("fault 52: two stacks that share a store have one build and an image each, and one that goes takes nothing from the other", async () => {
    const [first, second] = [await published(one), await published(two)];
    assert.equal(first.buildId, second.buildId);
    assert.notEqual(first.imageId, second.imageId);
    await two.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual([await images("state-one"), await images("state-two")], [[first.line], []]);
    const again = await up(two);
    assert.doesNotMatch(again.stdout, /log in .*build\.log/, "nothing is built again");
    assert.equal((await published(two)).buildId, first.buildId);
  });

  it("fault 52: a state of before the last up, put back, gets what was published since anew from the store and deletes nothing that it does not know", async () => {
    const yesterday = path.join(one.scratch, "yesterday.json");
    const exported = await one.pulumi(["stack", "export"]);
    await writeFile(yesterday, exported.stdout);
    await write(one, "2");
    await up(one);
    const today = await published(one);
    assert.deepEqual(await images("state-one"), [today.line], "yesterday's image is gone");

    const imported = await one.pulumi(["stack", "import", "--file", yesterday]);
    assert.equal(imported.exitCode, 0, imported.stderr);
    const run = await up(one, "--refresh");
    assert.doesNotMatch(run.stdout, /log in .*build\.log/, "nothing is built again");
    const now = await published(one);
    assert.equal(now.buildId, today.buildId);
    assert.notEqual(now.imageId, today.imageId);
    assert.deepEqual(await images("state-one"), [today.line, now.line].sort());
    assert.deepEqual(await images("state-two"), [(await published(two)).line]);
    await owner.delete(today.imageId);
    await up(one, "--expect-no-changes");
  });

  it("fault 52: a stack that is renamed keeps its images", async () => {
    const before = await published(one);
    const renamed = await one.pulumi(["stack", "rename", "state-renamed"]);
    assert.equal(renamed.exitCode, 0, renamed.stderr);
    const same = await one.addStack("state-renamed", true);
    await up(same);
    assert.deepEqual(await published(same), before);
    assert.deepEqual([await images("state-one"), await images("state-renamed")], [[], [before.line]]);
    one = same;
  });

  it("fault 52: a lost state makes the images again from the store, and leaves the old ones and other stacks alone", async () => {
    const before = await published(one);
    const others = await images("state-two");
    const state = `state/.pulumi/stacks/ironic-images/${one.stack}.json`;
    await rm(path.join(one.scratch, state));
    await rm(path.join(one.scratch, `${state}.bak`), { force: true });
    const init = await one.pulumi(["stack", "init", one.stack]);
    assert.equal(init.exitCode, 0, init.stderr);
    const run = await up(one);
    assert.doesNotMatch(run.stdout, /log in .*build\.log/, "nothing is built again");
    const now = await published(one);
    assert.equal(now.buildId, before.buildId);
    assert.deepEqual(await images(one.stack), [before.line, now.line].sort());
    assert.deepEqual(await images("state-two"), others);
  });
});
