import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { BuildEvent } from "../../../core/build/executor.ts";
import type { BuildSettings } from "../../../core/build/settings.ts";
import { jobOf, watchMemory } from "../../support/peak-memory.ts";
import { assertNoResidue } from "../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "./support.ts";

const skip = cannotBuild() ?? false;

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

/** Builds, and tells how much memory the job used at most, MiB. */
async function measured(project: Project, play: string, settings: BuildSettings) {
  const watch = watchMemory(jobOf(project.directory));
  const { record, events } = await project.build(playedJob(project, play), settings);
  const memory = watch.stop();
  const log = project.artifact(record, "build.log");
  return { record, events, memory, log, logSize: statSync(log).size };
}

/** Builds what does not end by itself, with a limit of 4 s. */
async function endsInTime(t: TestContext, play: string): Promise<void> {
  const project = played(t);
  const watch = watchMemory(jobOf(project.directory));
  let begin = 0;
  const build = await project.start(playedJob(project, play), { timeoutMinutes: 4 / 60, logLimitMiB: 1 });
  await assert.rejects(
    async () => {
      for await (const event of build.events()) if (event.type === "progress") begin ||= performance.now();
    },
    { code: "build-timeout", message: /stopped in install\.d\/50-play/ },
  );
  assert.ok(performance.now() - begin < 14_000, "4 s of limit, and 10");
  await assertNoResidue(project.directory);
  const memory = watch.stop();
  assert.ok(memory > 0 && memory < 150, `the job used ${memory} MiB`);
  const jobs = join(project.directory, ".images/jobs");
  const [job = ""] = readdirSync(jobs);
  assert.ok(statSync(join(jobs, job, "build.log")).size < 1.2 * 2 ** 20);
}

test(
  "fault 4: a build that hangs and is deaf to signals, played by a fixture, is stopped at its time limit, its whole tree is dead within 10 s, and the error names the hook",
  { skip },
  (t) => endsInTime(t, "hangs-deaf"),
);

test(
  "faults 5, 6: a build that prints without end, played by a fixture, is stopped at its time limit, with flat memory and a log that has one too",
  { skip },
  (t) => endsInTime(t, "floods"),
);

test(
  "fault 6: a line of 100 MiB and bytes that are no text, played by a fixture, fill neither memory nor log and end no build",
  { skip },
  async (t) => {
    const { memory, log, logSize } = await measured(played(t), "long-line-and-binary", { logLimitMiB: 2 });
    assert.ok(memory > 0 && memory < 150, `the job used ${memory} MiB`);
    assert.ok(logSize < 2.1 * 2 ** 20);
    assert.match(readFileSync(log, "utf8"), /^\ufffd+ not UTF-8 \ufffd\( and half a sign \ufffd+$/m);
  },
);

test(
  "fault 6: 128 MiB of lines, played by a fixture, fill neither memory nor log, and both ends of the log are kept",
  { skip },
  async (t) => {
    const { memory, log, logSize } = await measured(played(t), "prints:128M", { logLimitMiB: 2 });
    assert.ok(memory > 0 && memory < 150, `the job used ${memory} MiB`);
    assert.ok(logSize < 2.1 * 2 ** 20);
    const text = readFileSync(log, "utf8");
    assert.match(text, /^2026-01-01 .* Building elements/);
    assert.match(text, /\[1\d{8} bytes of the log are left out here\]/);
  },
);

test(
  "fault 6: a hook, played by a fixture, that prints as if there were thousands of phases fills neither events nor record",
  { skip },
  async (t) => {
    const { record, events } = await measured(played(t), "made-up-phases", {});
    const phases = events.filter((event): event is BuildEvent & { type: "progress" } => event.type === "progress");
    assert.ok(phases.length <= 110, `${phases.length} events`);
    assert.deepEqual(Object.keys(record.seconds).sort(), ["elements", "install.d", "root.d", "start", "total"]);
  },
);
