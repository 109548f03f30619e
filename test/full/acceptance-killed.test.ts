// The command ended while its machine runs: deploy images in miniature boot nothing, and it need not get further than that.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { IronicImagesError } from "../../core/errors.ts";
import { clean } from "../../tools/clean/clean.ts";
import { startAcceptance } from "../support/acceptance.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { randomBuild, sha256, startPublisher, type Publisher } from "../support/publisher.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue, liveResidue } from "../support/residue.ts";
import { pretendStarted } from "../support/started.ts";

describe("npm run acceptance, ended while a machine runs", () => {
  let cloud: TestCloud;
  let publisher: Publisher;
  let project: TestProject;
  const place = () => path.join(project.directory, ".local/acceptance");
  const consoleLog = () => path.join(place(), "work/machines/my-disk/console.log");

  before(async () => {
    cloud = await testCloud();
    publisher = await startPublisher("ipa-tiny-master");
    const build = randomBuild();
    publisher.publish(build);
    project = await createProject(cloud.cloudsFile, "killed");
    await pretendStarted(project);
    await project.addElement("tiny");
    await project.writeRecipe("tiny-whole-disk", tinyWholeDisk);
    const pins = { kernelSha256: sha256(build.kernel), initramfsSha256: sha256(build.initramfs) };
    const download = { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "master", ...pins };
    await project.writeStack({
      "ironic-images:userImages": { "my-disk": { recipe: "tiny-whole-disk" } },
      "ironic-images:deployImages": { amd64: { download, keepPrevious: false } },
    });
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await publisher.stop();
    await cloud.stop();
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`by ${signal} it leaves no process, port, mount, loop device or lock, and \`npm run clean\` waits until then`, async () => {
      const run = startAcceptance(project, []);
      let over = false;
      void run.finally(() => (over = true));
      while (!over && !(await says(consoleLog(), "iPXE"))) await sleep(100);
      assert.equal(over, false, (await run).stderr);
      const residue = await liveResidue(place());
      assert.ok(
        residue.some((line) => line.includes("qemu-system-x86_64")),
        residue.join("\n"),
      );
      const refused = await clean({ project: project.directory, cache: undefined, say: assert.fail }).catch(
        (error: unknown) => error,
      );
      assert.ok(refused instanceof IronicImagesError);
      assert.equal(refused.code, "clean-acceptance-runs");
      assert.match(refused.details, new RegExp(`\`kill ${run.pid}\` ends it cleanly`));
      run.kill(signal);
      const { exitCode, stderr } = await run;
      await assertNoResidue(place(), { live: true });
      if (signal === "SIGKILL") return;
      assert.equal(exitCode, 1);
      assert.match(stderr, new RegExp(`ended by ${signal}; Ironic and its machine are stopped`));
      assert.deepEqual(readdirSync(place()).sort(), ["killed", "lock"]);
    });
  }

  it("a machine that deploy images do not bring up is refused as soon as that is seen; what the killed run left is gone", async () => {
    assert.ok(existsSync(consoleLog()), "left by SIGKILL");
    const { exitCode, stdout, stderr } = await startAcceptance(project, []);
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /^my-disk is refused\. The deploy images do not bring up an agent that finds Ironic/m);
    assert.deepEqual(readdirSync(place()).sort(), ["killed", "lock"]);
    await assertNoResidue(place());
  });
});

async function says(file: string, text: string): Promise<boolean> {
  return (await readFile(file, "latin1").catch(() => "")).includes(text);
}
