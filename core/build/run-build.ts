import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache-directory.ts";
import { acquireLock } from "../lock.ts";
import { makeBuildDirectory, newBuildPath } from "./build-directory.ts";
import { builderKind, type InstalledBuilder } from "./builder.ts";
import { checkElements } from "./check-elements.ts";
import { ingredientsOf } from "./ingredients.ts";
import { inside } from "./inside-paths.ts";
import type { BuilderJob } from "./job.ts";
import { jobFiles } from "./job-directory.ts";
import { checkOutputs } from "./outputs.ts";
import { requireFitHost } from "./preflight.ts";
import { privateTexts } from "./private-texts.ts";
import { probeHost, toolVersions } from "./probe-host.ts";
import { redactor } from "./redact.ts";
import { runBuilder } from "./run-builder.ts";
import type { RunningJob } from "./run-job.ts";
import { cleanBuildDirectory } from "./sandbox.ts";
import { defaultSlots, takeSlot, type Slot } from "./slots.ts";
import { stageOutputs } from "./stage.ts";
import { buildDirectoryLock, sweepBuilds } from "./sweep.ts";

/**
 * Checks that a job can be built as it was previewed, on this machine.
 * @returns what builds and publishes it
 * @throws IronicImagesError `element-changed`, `build-host-unfit`
 */
export async function prepareBuild(running: RunningJob<BuilderJob>): Promise<() => Promise<void>> {
  const { job, jobDirectory, projectDirectory } = running;
  checkElements(job, jobFiles(jobDirectory).elements);
  const { host, builder } = await probeHost(builderKind(job.inputs));
  requireFitHost(host, job.inputs, job.name);
  return async () => {
    if (builder === undefined) return;
    const slot = await takeSlotOf(running);
    try {
      await sweepBuilds(projectDirectory, (message) => console.error(message));
      await buildAndPublish(running, builder, slot);
    } finally {
      slot.release();
    }
  };
}

function takeSlotOf({ settings, signal, emit }: RunningJob): Promise<Slot> {
  const slots = settings.slots ?? defaultSlots();
  return takeSlot(join(cacheDirectory(), "builds"), slots, {
    signal,
    onWait: () =>
      emit({ type: "waiting", reason: slots === 1 ? "the build slot is taken" : `all ${slots} build slots are taken` }),
  });
}

async function buildAndPublish(running: RunningJob<BuilderJob>, builder: InstalledBuilder, slot: Slot): Promise<void> {
  const { job, projectDirectory, jobDirectory, store } = running;
  const files = jobFiles(jobDirectory);
  try {
    const ingredients = await ingredientsOf(running, builder);
    const build = await newBuildPath(projectDirectory, job.name);
    const buildLock = await acquireLock(buildDirectoryLock(build), { wait: true });
    try {
      await makeBuildDirectory(build, {
        ...ingredients.contents,
        command: [...job.inputs.command, "-o", `${inside.out}/${job.name}`],
        elements: files.elements,
        builder,
        kind: builderKind(job.inputs),
      });
      const seconds = await buildIn(build, running, slot, redactor(privateTexts(ingredients.sources)));
      const out = join(build, "out");
      await checkOutputs(out, job.name, job.inputs, files.log);
      const staging = await stageOutputs(projectDirectory, job, out, files.log);
      try {
        await store.publish(staging, {
          schema: 1,
          name: job.name,
          fingerprint: job.fingerprint,
          inputs: job.inputs,
          tools: await toolVersions(builder),
          seconds,
          builtAt: new Date().toISOString(),
        });
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    } finally {
      await cleanBuildDirectory(build).catch((error: unknown) => console.error(String(error)));
      await rm(buildDirectoryLock(build), { force: true });
      buildLock.release();
    }
  } finally {
    await rm(files.sources, { recursive: true, force: true });
  }
}

async function buildIn(
  build: string,
  { job, settings, jobDirectory, store, signal, emit }: RunningJob,
  slot: Slot,
  redact: (line: string) => string,
): Promise<Record<string, number>> {
  const { log: logPath } = jobFiles(jobDirectory);
  const last = await store.latest(job.name);
  // The same name can have been downloaded before.
  const expected = last?.inputs.kind === job.inputs.kind ? last.seconds["total"] : undefined;
  return runBuilder({
    name: job.name,
    build,
    cache: slot.cache,
    logPath,
    logLimitBytes: (settings.logLimitMiB ?? 64) * 2 ** 20,
    timeoutMinutes: settings.timeoutMinutes ?? 120,
    graceSeconds: settings.graceSeconds ?? 10,
    redact,
    onProgress: (phase, elapsedSeconds) =>
      emit({
        type: "progress",
        phase,
        elapsedSeconds,
        ...(expected === undefined ? {} : { expectedSeconds: expected }),
        logPath,
      }),
    signal,
  });
}
