import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { isCancelled, markCancelled } from "../../../../core/build/waiting/cancel-mark.ts";
import type { Build, BuildEvent } from "../../../../core/build/executor.ts";
import type { BuildJob } from "../../../../core/build/job.ts";
import { localExecutor } from "../../../../core/build/local-executor.ts";
import { identifyProcess } from "../../../../core/build/jobs/process-identity.ts";
import { runningJobs } from "../../../../core/build/jobs/running-jobs.ts";
import type { BuildSettings } from "../../../../core/build/settings.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { cannotBuild, eventually, makeProject, playedBuilder, playedJob, type Project } from "../support.ts";

const skip = cannotBuild() ?? false;
const shiftingClock = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("../../../fixtures/shifting-clock.mjs", import.meta.url))}`,
};
const waitingProcess = join(import.meta.dirname, "./waiting-process.ts");

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

/** Another process that waits for a build; resolves when its builder runs a hook. */
async function startWaiting(
  project: Project,
  job: BuildJob,
  settings: BuildSettings,
  env: Record<string, string> = {},
) {
  const words = [waitingProcess, project.directory, JSON.stringify(job), JSON.stringify(settings)];
  const waiting = execa(process.execPath, words, { env, reject: false, buffer: false, stdin: "ignore" });
  let said = "";
  waiting.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await eventually("the builder runs a hook", 30, () => said.includes("install.d"));
  return { kill: () => waiting.nodeChildProcess.kill("SIGKILL") };
}

/** Follows a build to its end, and collects what it says. */
function follow(build: Build) {
  const events: BuildEvent[] = [];
  const ended = (async () => {
    for await (const event of build.events()) events.push(event);
    return await build.fetch();
  })();
  // Whoever awaits it later sees the error; nobody shall die of it before.
  ended.catch(() => undefined);
  return { events, ended };
}

async function isInHook({ events }: { events: BuildEvent[] }): Promise<void> {
  await eventually("the builder runs a hook", 30, () =>
    events.some((event) => event.type === "progress" && event.phase === "install.d"),
  );
}

function letGo(project: Project): void {
  writeFileSync(join(project.cache, "builds/slot-0/go"), "");
}

function jobDirectories(project: Project): string[] {
  return readdirSync(join(project.directory, ".images/jobs"));
}

/** What the one job of a project left as its result. */
function resultOf(project: Project): { code: string; summary: string } | undefined {
  const path = join(project.directory, ".images/jobs", jobDirectories(project)[0] ?? "", "result.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { code: string; summary: string }) : undefined;
}

const ahead = shiftingClock;
const back = { ...shiftingClock, SHIFTING_CLOCK: "back" };
for (const [title, lease, env] of [
  ["fault 1: a played build whose waiter is killed ends cleanly after its lease, and not before", 1, {}],
  // Longer than ending a build takes.
  ["fault 21: a played build keeps its lease while the clock jumps ahead by days", 3, ahead],
  ["fault 21: a played build keeps its lease while the clock jumps back by days", 1, back],
] as const) {
  test(title, { skip }, async (t) => {
    const project = played(t);
    const waiting = await startWaiting(project, playedJob(project, "hangs"), { leaseSeconds: lease, slots: 1 }, env);
    const start = performance.now();
    waiting.kill();
    await eventually("the job ends", 30, () => resultOf(project) !== undefined);
    const seconds = (performance.now() - start) / 1000;
    // It looks five times a second who is there.
    assert.ok(seconds > lease - 0.3, `it ended after ${seconds} s`);
    assert.deepEqual(
      [resultOf(project)?.code, resultOf(project)?.summary],
      ["build-abandoned", `The build was stopped, because nobody had waited for it for ${lease} s; run again`],
    );
    await assertNoResidue(join(project.directory, ".."));
  });
}

test("fault 21: a played build is not timed out by a clock that jumps ahead by days", { skip }, async (t) => {
  const project = played(t);
  const before = process.env["NODE_OPTIONS"];
  process.env["NODE_OPTIONS"] = ahead.NODE_OPTIONS;
  t.after(() => {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  });
  const build = follow(
    await project.start(playedJob(project, "held"), { timeoutMinutes: 1, slots: 1, leaseSeconds: 1 }),
  );
  await isInHook(build);
  await new Promise((resolve) => setTimeout(resolve, 400));
  letGo(project);
  const { seconds, builtAt } = await build.ended;
  assert.ok(Math.abs(Date.parse(builtAt) - Date.now()) > 3600_000, "the clock of the job did not jump");
  assert.ok((seconds["total"] ?? 0) > 0 && (seconds["total"] ?? 0) < 60);
});

test(
  "faults 1, 19: within the lease of a played build whose waiter was killed another joins it, and gets its artifact",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedJob(project, "held");
    const waiting = await startWaiting(project, job, { slots: 1, leaseSeconds: 30 });
    waiting.kill();
    const joined = follow(await project.start(job));
    await isInHook(joined);
    assert.match(JSON.stringify(joined.events[0]), /joins the build that runs \(process \d+\)/);
    assert.equal(jobDirectories(project).length, 1, "nothing else was started");
    letGo(project);
    assert.equal((await joined.ended).name, job.name);
    assert.deepEqual(jobDirectories(project), []);
    await assertNoResidue(project.directory);
  },
);

test(
  "of two that wait for a played build one can be cancelled, and the build goes on for the other; cancelling both ends it at once",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedJob(project, "hangs");
    const builds = [await project.start(job, { leaseSeconds: 600 })];
    const first = follow(builds[0] as Build);
    await isInHook(first);
    builds.push(await project.start(job, { leaseSeconds: 600 }));
    const second = follow(builds[1] as Build);
    await isInHook(second);

    await builds[0]?.cancel();
    await assert.rejects(first.ended, { code: "build-cancelled", message: /goes on for another/ });
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(runningJobs(project.directory).length, 1, "the build goes on");

    await builds[1]?.cancel();
    await assert.rejects(second.ended, { code: "build-cancelled", message: /nothing of it is left/ });
    assert.deepEqual(runningJobs(project.directory), []);
    await assertNoResidue(join(project.directory, ".."));
  },
);

test(
  "a played build whose update is marked as cancelled ends at once, and one of another update goes on",
  { skip },
  async (t) => {
    const project = played(t);
    const update = identifyProcess(process.pid);
    const other = identifyProcess(process.ppid);
    assert.ok(update !== undefined && other !== undefined);
    const start = async (play: string, of: typeof update) => {
      const executor = localExecutor({ projectDirectory: project.directory, settings: { slots: 2 }, update: of });
      return follow(await executor.startOrAttach(playedJob(project, play, play)));
    };
    const [marked, untouched] = [await start("hangs", update), await start("held", other)];
    await Promise.all([isInHook(marked), isInHook(untouched)]);
    const begun = performance.now();
    markCancelled(project.directory, update);
    await assert.rejects(marked.ended, { code: "build-cancelled" });
    assert.ok(performance.now() - begun < 10_000);
    assert.ok(isCancelled(project.directory, update) && !isCancelled(project.directory, other));
    for (const slot of ["slot-0", "slot-1"]) writeFileSync(join(project.cache, "builds", slot, "go"), "");
    await untouched.ended;
  },
);
