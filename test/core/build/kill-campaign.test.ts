import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { publishSteps } from "../../../core/artifacts/publish-steps.ts";
import type { BuildJob } from "../../../core/build/job.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { assertStoreVerifies, campaign, killAll, victims, type Campaign } from "../../support/campaign.ts";
import { assertNoResidue } from "../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "./support.ts";

const atPublishStep = new URL("../../support/at-publish-step.ts", import.meta.url).href;
const waiter = path.join(import.meta.dirname, "waiter.ts");
const settings = { slots: 1, graceSeconds: 1, leaseSeconds: 0.5 };

/** Whom a kill meets, by their command lines. */
const kinds = {
  job: /job-main\.ts /,
  supervisor: /sandbox\/run\.sh /,
  namespace: /^unshare /,
  "first process of the sandbox": /^\/bin\/bash \S+sandbox\/inside\.sh /,
  builder: /play-builder\.sh/,
  everything: /./,
} as const;

/** These live for a tenth of the time only, so a kill waits for them. */
const ofSandbox: readonly string[] = ["supervisor", "namespace", "first process of the sandbox", "builder"];

type Way =
  | { readonly is: "signal"; readonly victim: keyof typeof kinds; readonly signal: NodeJS.Signals }
  | { readonly is: "cancel" }
  | { readonly is: "waiter" }
  | { readonly is: "step"; readonly step: string };

const ways: readonly Way[] = [
  ...Object.keys(kinds).map((victim): Way => ({
    is: "signal",
    victim: victim as keyof typeof kinds,
    signal: "SIGKILL",
  })),
  { is: "signal", victim: "job", signal: "SIGTERM" },
  { is: "signal", victim: "job", signal: "SIGINT" },
  { is: "cancel" },
  { is: "waiter" },
];

/** What a build may end with that was killed or cancelled; anything else is a mistake. */
const expectedCodes = ["job-died", "build-cancelled", "build-failed", "build-abandoned", "job-failed"];

test(
  "faults 1, 2, 29: a campaign of kills on jobs of a builder that a fixture plays: nothing is left, the store verifies, and the next build works",
  { skip: cannotBuild() ?? false },
  async (t) => {
    const all = campaign(t, { quick: 30, full: 300 });
    const project = makeProject(t, { path: playedBuilder(t) });
    const whole = path.dirname(project.directory);
    const undisturbed = await seconds(() => project.build(playedJob(project, "right", "undisturbed"), settings));

    let hits = 0;
    for (let round = 0; hits < all.kills; round++) {
      // Several builds of the same fingerprint until one is through, so that they find what the killed ones have left.
      const job = playedJob(project, "right", `round-${Math.floor(round / 3)}`);
      // The short campaign has few kills at the steps of publishing: publish-steps.test.ts kills at each.
      const way: Way =
        round % (all.kills > 100 ? 3 : 6) === 0
          ? { is: "step", step: publishSteps[(round / 3) % publishSteps.length] ?? "published" }
          : all.pick(ways);
      const moment = all.random() * undisturbed * 1.1;
      const what = await strike(project, { ...job, name: way.is === "step" ? `step-${round}` : job.name }, way, moment);
      if (what === undefined) continue;
      hits += 1;
      all.note(what);
      await assertNoResidue(whole, { live: true, seconds: 30 }).catch((error: unknown) => {
        throw new Error(`kill ${hits} of ${what} after ${moment.toFixed(2)} s, seed ${all.seed}`, { cause: error });
      });
      await assertStoreVerifies(project.directory);
    }
    await finish(project, whole, all);
  },
);

/** Builds a job and kills at the moment; what was hit, undefined if there was nothing to hit any more. */
async function strike(project: Project, job: BuildJob, way: Way, moment: number): Promise<string | undefined> {
  if (way.is === "waiter") {
    const child = execa(process.execPath, [waiter, project.directory], {
      reject: false,
      input: JSON.stringify({ job, settings }),
    });
    await sleep(moment * 1000 + 300);
    return killAll([child.pid ?? 0], "SIGKILL") > 0 && (await child).signal === "SIGKILL" ? "who waits" : undefined;
  }
  if (way.is === "step") {
    const { step } = way;
    Object.assign(process.env, { NODE_OPTIONS: `--import=${atPublishStep}`, TEST_AT_PUBLISH_STEP: `kill:${step}` });
  }
  const build = await project.start(job, settings).finally(() => {
    delete process.env["NODE_OPTIONS"];
    delete process.env["TEST_AT_PUBLISH_STEP"];
  });
  const end = ended(build.events());
  if (way.is === "step") {
    assert.equal(await end, "job-died", `killed at ${way.step}`);
    return `step ${way.step}`;
  }
  if (way.is === "signal" && ofSandbox.includes(way.victim)) await sandboxOf(project, kinds[way.victim], end, moment);
  else await Promise.race([end, sleep(moment * 1000)]);
  let what: string | undefined;
  if (way.is === "cancel") {
    const before = await Promise.race([end, sleep(0, "running")]);
    await build.cancel();
    what = before === "running" ? "cancel" : undefined;
  } else if (killAll(victims(path.dirname(project.directory), kinds[way.victim]), way.signal) > 0) {
    what = `${way.signal} to ${way.victim}`;
  }
  await end;
  return what;
}

/** Waits until there is such a process, and then a moment of its life. */
async function sandboxOf(project: Project, kind: RegExp, end: Promise<string>, moment: number): Promise<void> {
  let isOver = false;
  const over = (): boolean => (isOver = true);
  void end.then(over, over);
  while (!isOver && victims(path.dirname(project.directory), kind).length === 0) await sleep(20);
  await sleep(moment * 100);
}

/** How a build ended: the code of its error, or `built`. */
async function ended(events: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const _event of events);
    return "built";
  } catch (error) {
    assert.ok(error instanceof IronicImagesError, String(error));
    assert.ok(expectedCodes.includes(error.code), error.message);
    return error.code;
  }
}

/** Builds undisturbed what the kills have hit last, after which nothing is left at all. */
async function finish(project: Project, whole: string, { seed }: Campaign): Promise<void> {
  await project.build(playedJob(project, "right", "last"), settings);
  await assertNoResidue(whole, { seconds: 5 }).catch((error: unknown) => {
    throw new Error(`after the last build, seed ${seed}`, { cause: error });
  });
  assert.ok((await assertStoreVerifies(project.directory)) >= 2);
  rmSync(path.join(project.directory, ".images/jobs"), { recursive: true });
}

async function seconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}
