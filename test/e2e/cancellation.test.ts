import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";
import { assertNoResidue, commandLine, processIdsOf } from "../support/residue.ts";

/** Seconds within which a build that is asked to ends. Only a busy machine comes near it. */
const limit = 30;

describe("Ctrl-C while an image is built", { skip: cannotBuild() ?? false }, () => {
  let cloud: TestCloud;
  let project: TestProject;

  before(async () => {
    cloud = await testCloud();
    project = await createProject(cloud.cloudsFile, "cancelled");
    await project.addElement("tiny");
    await project.writeElement("hold", { "pre-install.d/50-hold": "#!/bin/bash\nsleep 86400.375\n" });
    await project.writeRecipe("held", { ...tinyPartition, elements: ["hold"] });
    // The lease is for a run of this test that fails.
    const build = { slots: 2, leaseSeconds: 5 };
    await project.writeStack({
      "ironic-images:build": build,
      "ironic-images:userImages": { held: { recipe: "held" } },
    });
  });

  after(async () => {
    await project.remove();
    await cloud.stop();
  });

  it("fault 3: the first one, of which the program alone is told, ends the build and its update within 2 s, and nothing is left", async (t) => {
    const words = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", project.stack, "--color", "never"];
    const options = { cwd: project.directory, env: project.environment, reject: false, stdin: "ignore" } as const;
    const up = execa("pulumi", words, options);
    t.after(() => void up.kill("SIGKILL"));
    const heard = Promise.withResolvers<number>();
    up.stdout.on("data", (chunk: Buffer) => {
      if (/error: cancelled/.test(chunk.toString())) heard.resolve(performance.now());
    });
    void up.then(() => heard.resolve(Infinity));
    await until("the hook holds", 120, () => isHeld(project.directory));
    const program = processIdsOf(project.directory).filter((pid) => commandLine(pid).includes("pulumi/cmd/run/"));
    assert.equal(program.length, 1);

    const start = performance.now();
    up.kill("SIGINT");
    const marks = path.join(project.directory, ".images/cancelled");
    await until(
      "the signal arrives at the program",
      limit,
      () => existsSync(marks) && readdirSync(marks).length === 1,
      10,
    );
    const arrived = performance.now();
    const rejected = await heard.promise;
    t.diagnostic(`${seconds(start, arrived)} s to the program, ${seconds(arrived, rejected)} s to the rejection`);
    assert.ok(rejected - arrived <= 2000, `create rejected after ${seconds(arrived, rejected)} s`);
    const { exitCode, stdout } = await up;
    assert.notEqual(exitCode, 0);
    assert.match(stdout, /DiskImage \(held\):\s+error: cancelled: /);

    await assertNoResidue(path.join(project.directory, ".images"), { seconds: limit, live: true });
    assert.deepEqual(readdirSync(path.join(project.directory, ".images/builds")), []);
    assert.ok(!existsSync(path.join(project.directory, ".images/artifacts")));
    const jobs = path.join(project.directory, ".images/jobs");
    const log = readFileSync(path.join(jobs, readdirSync(jobs)[0] ?? "", "build.log"), "utf8");
    assert.match(log, /Unmount \/mnt\/tmp\/dib_build/, "diskimage-builder has cleaned up itself");
  });

  it("the mark of the cancelled update is gone after the next one, which has nothing to build", async () => {
    const marks = path.join(project.directory, ".images/cancelled");
    assert.equal(readdirSync(marks).length, 1);
    await project.writeStack({});
    const { exitCode, stdout, stderr } = await project.pulumi(["preview"]);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.deepEqual(readdirSync(marks), []);
  });
});

function seconds(from: number, to: number): string {
  return ((to - from) / 1000).toFixed(2);
}

function isHeld(directory: string): boolean {
  return processIdsOf(directory).some((pid) => commandLine(pid).startsWith("sleep "));
}

async function until(what: string, seconds: number, isSo: () => boolean, pause = 100): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !isSo(); await sleep(pause))
    assert.ok(performance.now() < end, `${what} within ${seconds} s`);
}
