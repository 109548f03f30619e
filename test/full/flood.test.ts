import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { jobOf, watchMemory } from "../support/peak-memory.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue } from "../support/residue.ts";
import { cannotBuild, eventually } from "../core/build/support.ts";

/** 5 GiB of lines, a line of 100 MiB, and 16 MiB that are no text. */
const floods = `#!/bin/bash
set -eu
set -o pipefail
line=$(printf '%04095d' 0)
{ yes "$line" || :; } | head -c 5G
head -c 100M /dev/zero | tr '\\0' x
echo
head -c 16M /dev/urandom
printf '\\n\\377\\376 the last line of the flood\\n'
`;

describe("a hook that prints gigabytes, on the real engine", { skip: cannotBuild() ?? false }, () => {
  let cloud: TestCloud;
  let project: TestProject;

  before(async () => {
    cloud = await testCloud();
    project = await createProject(cloud.cloudsFile, "flood");
    await project.addElement("tiny");
    await project.writeElement("floods", { "extra-data.d/50-floods": floods });
    await project.writeRecipe("disk", { ...tinyWholeDisk, elements: ["floods"] });
    await project.writeStack({ "ironic-images:userImages": { flood: { recipe: "disk" } } });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await assertNoResidue(project.scratch);
    await project.remove();
    await cloud.stop();
  });

  it("fault 6: of 5 GiB, a line of 100 MiB and binary bytes job, provider and builder's filter take 150 MiB at most, and the log keeps both ends", async (t) => {
    const provider = watchMemory(
      (command, pid) =>
        command.some((word) => word.includes("/cmd/dynamic-provider")) &&
        readlinkSync(`/proc/${pid}/cwd`) === project.directory,
    );
    const job = watchMemory(jobOf(project.directory));
    const filter = watchMemory(
      (command, pid) =>
        command.some((word) => word.endsWith("/outfilter.py")) &&
        readFileSync(`/proc/${pid}/mountinfo`, "utf8").includes(`${project.directory}/.images/builds`),
    );
    const running = project.pulumi(["up", "--yes", "--skip-preview"]);
    await eventually("the flood has begun", 300, () => filter.most() > 0);
    const run = await running;
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    const most = { job: job.stop(), provider: provider.stop(), filter: filter.stop() };
    t.diagnostic(`MiB at most: ${JSON.stringify(most)}`);
    for (const [who, memory] of Object.entries(most)) assert.ok(memory > 0 && memory <= 150, `${who}: ${memory} MiB`);

    const artifacts = path.join(project.directory, ".images/artifacts");
    const [artifact = ""] = readdirSync(artifacts).filter((name) => name.startsWith("disk-"));
    const log = path.join(artifacts, artifact, "build.log");
    assert.ok(statSync(log).size < 65 * 2 ** 20);
    const text = readFileSync(log, "utf8");
    assert.match(text, /Building elements: /);
    assert.match(text, /\[[45]\d{9} bytes of the log are left out here\]/);
    assert.match(text, /\ufffd\ufffd the last line of the flood$/m);
    assert.match(text, /Build completed successfully/);
    const state = (await project.pulumi(["stack", "export"])).stdout;
    assert.ok(state.length < 200_000, `the state has ${state.length} bytes`);
    assert.ok(run.stdout.length < 100_000, "the output of pulumi stays short");
  });
});
