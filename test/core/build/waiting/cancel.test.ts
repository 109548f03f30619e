import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { BuildJob } from "../../../../core/build/job.ts";
import { acquireLock } from "../../../../core/lock.ts";
import { killAll, victims } from "../../../support/campaign.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "../support.ts";

const skip = cannotBuild() ?? false;

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

const waits: [string, (project: Project, job: BuildJob) => string][] = [
  ["the build slot is taken", ({ cache }) => join(cache, "builds/slot-0.lock")],
  [
    "another build of played runs",
    ({ directory }, { name, fingerprint }) =>
      join(directory, ".images/locks", `${name}-${fingerprint.slice(0, 12)}.lock`),
  ],
];
for (const [reason, lockOf] of waits) {
  test(`a played build that waits, because ${reason}, is cancelled at once`, { skip }, async (t) => {
    const project = played(t);
    const job = playedJob(project, "right");
    const lock = await acquireLock(lockOf(project, job), { wait: true });
    t.after(() => lock.release());
    const build = await project.start(job, { slots: 1 });
    let asked = 0;
    await assert.rejects(
      async () => {
        for await (const event of build.events()) {
          if (event.type !== "waiting" || !event.reason.startsWith(reason)) continue;
          asked = performance.now();
          void build.cancel();
        }
      },
      { code: "build-cancelled" },
    );
    assert.ok(asked > 0 && performance.now() - asked < 10_000);
    lock.release();
    await assertNoResidue(join(project.directory, ".."));
  });
}

test(
  "fault 2: when the leader of a played build is killed, the build fails, its hooks end, and the next build works",
  { skip },
  async (t) => {
    const project = played(t);
    const build = await project.start(playedJob(project, "hangs"));
    await assert.rejects(
      async () => {
        for await (const event of build.events()) {
          if (event.type !== "progress" || event.phase !== "install.d") continue;
          killAll(victims(project.directory, /play-builder\.sh/), "SIGKILL");
        }
      },
      { code: "build-failed", message: /was ended by SIGKILL in install\.d\/50-play/ },
    );
    await assertNoResidue(join(project.directory, ".."));
    await project.build(playedJob(project, "right"));
  },
);
