import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { isRunning } from "../../core/build/jobs/process-identity.ts";
import { fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { engineAbove } from "../../providers/engine.ts";
import { bootableArtifact } from "../core/boot/bootable-artifact.ts";
import { qemuIn } from "../core/boot/running-qemu.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { watchVisible } from "../support/watcher.ts";

const skip = (await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed
  ? "needs qemu-system-x86_64"
  : false;

/** What the kernel of an image without init says last. */
const panics = "[    1.000000] Run /sbin/init\r\n[    1.500000] Kernel panic - not syncing: No working init found.\r\n";

describe("boot tests on the real engine, the real Glance and the real QEMU", { skip }, () => {
  const stack = { ironic_images_stack: "boots" };
  let cloud: TestCloud;
  let owner: GlanceUser;
  let other: GlanceUser;
  let project: TestProject;
  let env: Record<string, string>;

  /** An image whose builds are there already: one that says a text, for each revision of its recipe. */
  async function revise(revision: string, text: string): Promise<void> {
    await project.writeRecipe("speaking", { ...tinyWholeDisk, diskFormat: "raw", revision });
    const { content } = loadRecipe(project.directory, "speaking");
    await bootableArtifact(project.directory, "speaking", text, fingerprintInputs(content, project.directory));
  }
  const configure = (bootTest: object | undefined) =>
    project.writeStack({
      "ironic-images:userImages": {
        "my-disk": { recipe: "speaking", visibility: "public", ...(bootTest === undefined ? {} : { bootTest }) },
      },
    });
  const up = () => project.pulumi(["up", "--yes", "--skip-preview"], { env });
  const visible = async () => (await other.list(stack)).map(({ id }) => id);
  const stepsOf = (run: PulumiRun, type: string) => run.steps.filter((step) => step.type === type).map(({ op }) => op);

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    project = await createProject(cloud.cloudsFile, "boots");
    env = { IRONIC_IMAGES_CACHE: path.join(project.scratch, "cache") };
    await project.addElement("tiny");
    await revise("1", "my-disk 1 login: ");
    await configure({});
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"], { env });
    await project.remove();
    await cloud.stop();
  });

  it("an image that boots is published", async () => {
    const run = await up();
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    assert.deepEqual(stepsOf(run, "BootTest"), ["create"]);
    assert.match(run.stdout, /my-disk: boots, up after \d+ s/);
    assert.equal((await visible()).length, 1);
  });

  it("a second up changes nothing and boots nothing", async () => {
    const run = await project.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"], { env });
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    assert.doesNotMatch(run.stdout, /boot test/);
  });

  it("a new build that does not boot is not published, and the old image stays, up after up", async () => {
    const live = await visible();
    await revise("2", panics);
    const watcher = watchVisible(other, stack);
    const first = await up();
    const second = await up();
    assert.deepEqual(await watcher.stop(), []);
    for (const run of [first, second]) {
      assert.notEqual(run.exitCode, 0);
      const said = run.stdout + run.stderr;
      assert.match(said, /my-disk does not boot: Kernel panic - not syncing: No working init found/);
      assert.match(said, /Run \/sbin\/init/);
      const log = /the whole console: (\S+)/.exec(said)?.[1] ?? "";
      assert.equal(readFileSync(log, "latin1"), panics);
      assert.deepEqual(stepsOf(run, "Publication"), []);
    }
    assert.deepEqual(stepsOf(first, "BootTest"), ["create-replacement"]);
    assert.deepEqual(await visible(), live);
    assert.equal((await owner.list(stack)).length, 2);
  });

  it("the build after that boots: it takes the old image's place, and no other is left", async () => {
    const [old] = await visible();
    await revise("3", "my-disk 3 login: ");
    const run = await up();
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    const now = await visible();
    assert.equal(now.length, 1);
    assert.notEqual(now[0], old);
    assert.equal((await owner.list(stack)).length, 1);
  });

  it("an artifact that is not here is not booted: the message names both ways out", async () => {
    await configure({ silenceSeconds: 60 });
    const clone = await project.clone();
    const run = await clone.pulumi(["up", "--yes", "--skip-preview"], { env });
    assert.notEqual(run.exitCode, 0);
    const urn = await project.urn("DiskImage", "my-disk");
    const said = run.stdout + run.stderr;
    assert.ok(said.includes("npm run store -- import"), said);
    assert.ok(said.includes(`pulumi up --replace '${urn}'`), said);
  });

  it("other settings are another test without an upload; no QEMU is left when the engine is killed in the middle of it", async () => {
    await configure({ marker: "never said", silenceSeconds: 600 });
    const running = up();
    const qemu = await qemuIn(env["IRONIC_IMAGES_CACHE"] ?? "");
    const engine = engineAbove(qemu.pid);
    assert.ok(engine);
    process.kill(engine.pid, "SIGKILL");
    const killedAt = performance.now();
    while (isRunning(qemu) && performance.now() - killedAt < 10_000) await sleep(100);
    assert.equal(isRunning(qemu), false);
    const run = await running;
    assert.notEqual(run.exitCode, 0);
    assert.deepEqual(stepsOf(run, "BootTest"), ["create-replacement"]);
    assert.deepEqual(stepsOf(run, "Image"), ["same"]);
    // The lock of an engine that was killed stays.
    await project.pulumi(["cancel", "--yes"], { env });
  });

  it("the next up goes on, and a test that this image has passed is not repeated, even when it is asked for anew", async () => {
    const live = await visible();
    await configure({});
    const urn = await project.urn("BootTest", "my-disk");
    const run = await project.pulumi(["up", "--yes", "--skip-preview", "--replace", urn], { env });
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    assert.deepEqual(stepsOf(run, "BootTest").slice(0, 1), ["create-replacement"]);
    assert.match(run.stdout, /my-disk: boots, as tested at /);
    assert.deepEqual(stepsOf(run, "Image"), ["same"]);
    assert.deepEqual(await visible(), live);
  });
});
