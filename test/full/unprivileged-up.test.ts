import assert from "node:assert/strict";
import { lstatSync, readdirSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { cannotBecomeNobody, nobody, watchOwners } from "../support/process-owners.ts";
import { asNobody, createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";

const fixtures = path.join(import.meta.dirname, "../fixtures");
const skip = cannotBuild() ?? (await cannotBecomeNobody(import.meta.filename)) ?? false;

describe("an operator who is not root, on the real engine and the real Glance", { skip }, () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let project: TestProject;
  let through: string[];

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    project = await createProject(cloud.cloudsFile, "nobodys");
    // The real builder may lie in a home that is closed to others. What the fixture plays is named by the first element.
    await cp(path.join(fixtures, "elements/tiny"), path.join(project.directory, "elements/right"), { recursive: true });
    await project.writeRecipe("played", { ...tinyPartition, distribution: "right" });
    await project.writeStack({ "ironic-images:userImages": { "my-image": { recipe: "played" } } });
    await execa("chown", ["-R", `${nobody}:${nobody}`, project.directory, path.join(project.scratch, "state")]);
    await execa("chmod", ["1777", project.scratch]);
    const sudoers = path.join(project.scratch, "sudoers");
    await writeFile(sudoers, `Defaults !lecture\n#${nobody} ALL=(root) NOPASSWD: ALL\n`, { mode: 0o440 });
    // It takes the place of the host's for these processes alone.
    const script = 'mount --bind "$1" /etc/sudoers && shift && exec "$@"';
    const inNamespace = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", sudoers];
    const bin = path.join(project.scratch, "bin");
    await mkdir(bin);
    const python = path.join(fixtures, "bin/python-of-fixture");
    await writeFile(path.join(bin, "disk-image-create"), `#!${python}\n`, { mode: 0o755 });
    const places = [bin, path.join(project.scratch, "nobody/tools"), path.dirname(process.execPath)];
    const environment = [
      `PATH=${[...places, "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].join(path.delimiter)}`,
      `IRONIC_IMAGES_CACHE=${path.join(project.scratch, "cache")}`,
    ];
    through = [...inNamespace, ...(await asNobody(project.directory)), "env", ...environment];
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"], { through });
    await project.remove();
    await cloud.stop();
  });

  it("builds and registers: engine, plugin, program, provider and job are the user's, and only the sandbox is root's", async () => {
    const owners = watchOwners(project.scratch);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"], {
      through,
    });
    const { user, root, wrong } = await owners.stop();
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    assert.deepEqual(wrong, []);
    for (const name of ["pulumi up", "pulumi-resource-openstack", "cmd/run", "cmd/dynamic-provider", "job-main.ts"])
      assert.ok(
        user.some((args) => args.includes(name)),
        `${name} in ${user.join("\n")}`,
      );
    assert.ok(root.some((args) => args.includes("inside.sh")));
    const images = path.join(project.directory, ".images");
    for (const entry of readdirSync(images, { recursive: true, encoding: "utf8" }))
      assert.equal(lstatSync(path.join(images, entry)).uid, nobody, entry);
    assert.equal((await glance.list({ ironic_images_stack: "nobodys" })).length, 3);
  });

  it("destroys what it registered", async () => {
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"], { through });
    assert.equal(destroy.exitCode, 0, destroy.stderr + destroy.stdout);
    assert.deepEqual(await glance.list({ ironic_images_stack: "nobodys" }), []);
  });
});
