import assert from "node:assert/strict";
import { test } from "node:test";
import type { BuildEvent } from "../../../../core/build/executor.ts";
import { fingerprint, type ImageInputs } from "../../../../core/recipe/fingerprint.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob } from "../support.ts";

const skip = cannotBuild() ?? false;

const progress = (events: readonly BuildEvent[]) => events.filter((event) => event.type === "progress");

test(
  "a played build tells phase, elapsed time and its log, and from the second one on what the last build of the recipe took",
  { skip },
  async (t) => {
    const project = makeProject(t, { path: playedBuilder(t) });
    const job = playedJob(project, "right");
    const first = await project.build(job);
    for (const event of progress(first.events)) {
      assert.match(event.logPath, /\/\.images\/jobs\/.*\/build\.log$/);
      assert.equal(event.expectedSeconds, undefined);
      assert.ok(event.elapsedSeconds >= 0 && event.phase !== "");
    }
    const inputs = { ...job.inputs, revision: "another" } as ImageInputs;
    const second = await project.build({ ...job, inputs, fingerprint: fingerprint(inputs) });
    assert.ok(progress(second.events).length > 0);
    for (const { expectedSeconds } of progress(second.events))
      assert.equal(expectedSeconds, first.record.seconds["total"]);
  },
);
