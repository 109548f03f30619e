import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";

type Environment = Readonly<Record<string, string>>;

const run = { preview: ["preview"], up: ["up", "--yes", "--skip-preview"] } as const;
const alone = {
  refresh: ["refresh", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
} as const;

describe("a stack belongs to one cloud, on the real engine, with two projects of the real Keystone and Glance", () => {
  const stack = { ironic_images_stack: "one-cloud" };
  let cloud: TestCloud;
  let owner: GlanceUser;
  let other: GlanceUser;
  let project: TestProject;

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    project = await createProject(cloud.cloudsFile, "one-cloud");
    await project.addElement("tiny");
    await project.writeRecipe("tiny-partition", tinyPartition);
  });

  after(async () => {
    await project.pulumi(alone.destroy, { env: { OS_CLOUD: "local" } });
    for (const { id } of (await owner.list(stack)).sort((one) => ("kernel_id" in one ? -1 : 1))) await owner.delete(id);
    await project.remove();
    await cloud.stop();
  });

  /** The stack of one private image; without a name the cloud is left to the environment. */
  const writeStack = (name: string | undefined, image: object = {}) =>
    project.writeStack({
      "openstack:cloud": name,
      "ironic-images:userImages": { "one-cloud-image": { recipe: "tiny-partition", ...image } },
    });

  /** What must not change: every resource's id, and every image in both projects. */
  const everything = async () => {
    const { stdout } = await project.pulumi(["stack", "export"]);
    const { resources = [] } = (JSON.parse(stdout) as { deployment: { resources?: { urn: string; id?: string }[] } })
      .deployment;
    const images = [...(await owner.list(stack)), ...(await other.list(stack))];
    return {
      state: resources.map(({ urn, id }) => `${urn} ${id}`).sort(),
      glance: images.map(({ id, visibility, updated_at }) => `${id} ${visibility} ${updated_at}`).sort(),
    };
  };

  const plainVariables = async (name: string): Promise<Environment> => {
    const { clouds } = parse(await readFile(cloud.cloudsFile, "utf8")) as {
      clouds: Record<string, { auth: Record<string, string> }>;
    };
    const auth = Object.entries(clouds[name]?.auth ?? {}).map(([key, value]) => [`OS_${key.toUpperCase()}`, value]);
    return { OS_CLIENT_CONFIG_FILE: "", ...(Object.fromEntries(auth) as Environment) };
  };

  const succeeded = ({ exitCode, stdout, stderr }: PulumiRun) => assert.equal(exitCode, 0, stderr + stdout);

  const refused = async (args: readonly string[], env: Environment = {}) => {
    const before = await everything();
    const { exitCode, stdout, stderr } = await project.pulumi(args, { env });
    assert.notEqual(exitCode, 0, stdout);
    assert.match(
      stdout + stderr,
      /this stack belongs to project [0-9a-f]{32} at http:\/\/[^;]+; the present credentials [^;]* give project [0-9a-f]{32} at [^;]+; correct openstack:cloud or OS_CLOUD/,
    );
    assert.deepEqual(await everything(), before);
  };

  it("a reviewer without credentials gets a preview, and one warning about the cloud", async () => {
    await writeStack(undefined);
    const preview = await project.pulumi(run.preview, { env: { OS_CLIENT_CONFIG_FILE: "", OS_CLOUD: "" } });
    succeeded(preview);
    const summary = preview.stdout.slice(preview.stdout.indexOf("Diagnostics:"));
    assert.equal(summary.match(/warning: the cloud was not asked/g)?.length, 1, preview.stdout);
  });

  it("fault 45: credentials that may not publicize are refused in the preview, by the key that asks for it", async () => {
    await writeStack("other", { visibility: "public" });
    const preview = await project.pulumi(run.preview);
    assert.notEqual(preview.exitCode, 0);
    assert.match(
      preview.stdout + preview.stderr,
      /userImages\.one-cloud-image\.visibility: public needs the role admin/,
    );
    assert.deepEqual(
      preview.steps.filter(({ type }) => type !== "Stack"),
      [],
    );
  });

  it("a key of the openstack plugin that our client would not follow is refused", async () => {
    await project.writeStack({ "openstack:cloud": "local", "openstack:tenantName": "other" });
    const preview = await project.pulumi(run.preview);
    assert.notEqual(preview.exitCode, 0);
    assert.match(
      preview.stdout + preview.stderr,
      /stacks\/Pulumi\.one-cloud\.yaml:openstack:tenantName: only the openstack plugin/,
    );
  });

  it("is bound by its first up, and a second one changes nothing", async () => {
    await writeStack("local");
    succeeded(await project.pulumi(run.up));
    assert.equal((await owner.list(stack)).length, 3);
    succeeded(await project.pulumi([...run.up, "--expect-no-changes"]));
  });

  it("a reviewer without credentials sees that no image changes", async () => {
    const preview = await project.pulumi(run.preview, { env: { OS_CLIENT_CONFIG_FILE: "" } });
    succeeded(preview);
    const others = preview.steps.filter(({ op }) => op !== "same");
    assert.deepEqual(others, []);
  });

  it("a mistaken openstack:cloud is refused in the preview", async () => {
    await writeStack("other");
    await refused(run.preview);
  });

  it("refresh without the program, and so without the mistaken openstack:cloud, stays with the cloud of the state", async () => {
    const before = await everything();
    succeeded(await project.pulumi([...alone.refresh, "--expect-no-changes"]));
    assert.deepEqual(await everything(), before);
  });

  it("with the preflight off it is the first step of up that refuses", async () => {
    await project.writeStack({
      "openstack:cloud": "other",
      "ironic-images:preflight": "off",
      "ironic-images:userImages": { "one-cloud-image": { recipe: "tiny-partition", visibility: "community" } },
    });
    await refused(run.up);
  });

  it("named by OS_CLOUD it is the same cloud, and nothing of it is replaced", async () => {
    await writeStack(undefined);
    const before = await owner.list(stack);
    const up = await project.pulumi(run.up, { env: { OS_CLOUD: "local" } });
    succeeded(up);
    assert.deepEqual((await owner.list(stack)).map(({ id }) => id).sort(), before.map(({ id }) => id).sort());
  });

  for (const [name, args] of Object.entries({ ...run, ...alone })) {
    it(`a mistaken OS_CLOUD is refused by ${name}`, () => refused(args, { OS_CLOUD: "other" }));
  }

  it("plain OS_* variables of the same project are the same cloud, those of another are refused by refresh", async () => {
    succeeded(await project.pulumi(run.up, { env: await plainVariables("local") }));
    await refused(alone.refresh, await plainVariables("other"));
  });

  it("everything works again with the right name", async () => {
    succeeded(await project.pulumi(run.up, { env: { OS_CLOUD: "local" } }));
    succeeded(await project.pulumi(alone.destroy, { env: { OS_CLOUD: "local" } }));
    assert.deepEqual(await owner.list(stack), []);
  });
});
