import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import test from "node:test";
import { join } from "node:path";
import { builderEnvironment } from "../../../../core/build/builder/builder-environment.ts";
import { variableProblem } from "../../../../core/recipe/environment.ts";
import { memoryGroup } from "../../../support/memory-group.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob } from "../support.ts";

test("fault 11: no build uses a tmpfs, whatever the memory, and no recipe can ask for one", () => {
  assert.equal(builderEnvironment({}, { mirrors: {}, proxy: {} })["DIB_NO_TMPFS"], "1");
  for (const name of ["DIB_NO_TMPFS", "DIB_MIN_TMPFS"])
    assert.match(variableProblem(name, "0") ?? "", /the build sets it/, name);
});

test(
  "fault 11: a hook, played by a fixture, that the kernel kills for lack of memory is told as that, and everything is cleaned up",
  { skip: cannotBuild() ?? false },
  async (t) => {
    const group = memoryGroup(t, 64);
    if (group === undefined) return t.skip("needs a memory control group");
    const project = makeProject(t, { path: playedBuilder(t) });
    await assert.rejects(project.build(playedJob(project, `fills-memory:${group}`)), {
      code: "build-failed",
      message:
        /exit status 1 in install\.d\/50-play; the kernel killed (a process|\d+ processes) for lack of memory while it ran; build fewer/,
    });
    const artifacts = join(project.directory, ".images/artifacts");
    assert.deepEqual(existsSync(artifacts) ? readdirSync(artifacts) : [], []);
    await assertNoResidue(project.directory);
  },
);
