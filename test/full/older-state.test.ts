import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";

const stack = { ironic_images_stack: "older" };

interface State {
  readonly deployment: { readonly resources: Resource[] };
}

interface Resource {
  readonly type: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

describe("a state that another version of the program has written, on the real engine and the real Glance", () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let project: TestProject;
  let ids: string[];
  const provider = () => path.join(project.directory, "providers/publication/provider.ts");

  const imageIds = async () => (await glance.list(stack)).map(({ id }) => id).sort();
  const editState = async (edit: (dynamic: Resource) => void) => {
    const { stdout } = await project.pulumi(["stack", "export", "--show-secrets"]);
    const state = JSON.parse(stdout) as State;
    for (const resource of state.deployment.resources)
      if (resource.type.startsWith("pulumi-nodejs:dynamic/")) edit(resource);
    const file = path.join(project.scratch, "state.json");
    await writeFile(file, JSON.stringify(state));
    const { exitCode, stderr } = await project.pulumi(["stack", "import", "--file", file]);
    assert.equal(exitCode, 0, stderr);
  };

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    project = await createProject(cloud.cloudsFile, "older");
    await project.addElement("tiny");
    await project.writeRecipe("tiny", tinyPartition);
    await project.writeStack({ "ironic-images:userImages": { "my-image": { recipe: "tiny", protected: true } } });
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    ids = await imageIds();
    assert.equal(ids.length, 3);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  it("fault 53: a state from before there were md5 digests is refreshed and updated, and no image is replaced", async () => {
    await editState(({ inputs, outputs }) => {
      for (const properties of [inputs, outputs]) withoutKey(properties, "md5");
    });
    const up = await project.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    assert.deepEqual(await imageIds(), ids);
    const known: { md5: unknown }[] = [];
    await editState(({ inputs }) => known.push(...((inputs?.["images"] as { md5: unknown }[] | undefined) ?? [])));
    const inGlance = (await glance.list(stack)).map(({ checksum }) => checksum);
    assert.deepEqual(known.map(({ md5 }) => md5).sort(), inGlance.sort());
  });

  it("fault 53: a state with what only a later version knows is destroyed, by the code of today", async () => {
    await editState(({ outputs }) => {
      if (outputs !== undefined) outputs["ofALaterVersion"] = { schema: 2 };
    });
    const code = await readFile(provider(), "utf8");
    const remove = /async function remove\([^)]*\): Promise<void> \{\n/;
    assert.match(code, remove);
    await writeFile(
      provider(),
      code.replace(remove, (head) => `${head}  console.log("said by the code of today");\n`),
    );
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroy.exitCode, 0, destroy.stderr + destroy.stdout);
    assert.match(destroy.stdout, /said by the code of today/);
    assert.deepEqual(await imageIds(), []);
  });
});

function withoutKey(value: unknown, key: string): void {
  if (typeof value !== "object" || value === null) return;
  delete (value as Record<string, unknown>)[key];
  for (const inner of Object.values(value)) withoutKey(inner, key);
}
