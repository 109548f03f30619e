import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openStore, type ArtifactStore } from "../artifacts/store.ts";
import { cacheDirectory } from "../cache-directory.ts";
import { acquireLock } from "../lock.ts";
import { diskImageCreateEnvironment } from "../recipe/command.ts";
import { baseImageOf } from "./base-image.ts";
import { baseImageName, makeBuildDirectory, newBuildPath } from "./build-directory.ts";
import { takeBuildLock } from "./build-lock.ts";
import type { InstalledBuilder } from "./builder.ts";
import { builderEnvironment } from "./builder-environment.ts";
import { checkElements } from "./check-elements.ts";
import type { BuildEvent } from "./executor.ts";
import { finishFileContent } from "./finish-file.ts";
import { hostSources, readHostFacts } from "./host-sources.ts";
import { inside } from "./inside-paths.ts";
import type { BuildJob } from "./job.ts";
import { jobFiles, readJobDirectory } from "./job-directory.ts";
import { checkOutputs } from "./outputs.ts";
import { requireFitHost } from "./preflight.ts";
import { privateTexts } from "./private-texts.ts";
import { probeHost, toolVersions } from "./probe-host.ts";
import { redactor } from "./redact.ts";
import { runBuilder } from "./run-builder.ts";
import { cleanBuildDirectory } from "./sandbox.ts";
import type { BuildSettings } from "./settings.ts";
import { defaultSlots, takeSlot, type Slot } from "./slots.ts";
import { stageOutputs } from "./stage.ts";
import { buildDirectoryLock, sweepBuilds } from "./sweep.ts";

/** What a job needs of the process that runs it. */
export interface JobContext {
  readonly projectDirectory: string;
  readonly jobDirectory: string;
  readonly signal: AbortSignal;
  emit(event: BuildEvent): void;
}

/** Brings the artifact of a job into the project's store: waits, looks, builds, publishes. Throws what went wrong. */
export async function runJob(context: JobContext): Promise<void> {
  const { projectDirectory, jobDirectory, signal, emit } = context;
  const { job, settings } = await readJobDirectory(jobDirectory);
  const store = openStore(projectDirectory, { onMessage: (message) => console.error(message) });
  checkElements(job, jobFiles(jobDirectory).elements);
  const { host, builder } = await probeHost();
  requireFitHost(host, job.inputs, job.name);
  if (builder === undefined) return;

  const lock = await takeBuildLock(projectDirectory, job, {
    signal,
    log: jobFiles(jobDirectory).log,
    onWait: (reason) => emit({ type: "waiting", reason }),
  });
  try {
    // Somebody else may have built it while this process waited for the lock.
    if ((await store.find(job.name, job.fingerprint)) !== undefined) return;
    const slots = settings.slots ?? defaultSlots();
    const slot = await takeSlot(join(cacheDirectory(), "builds"), slots, {
      signal,
      onWait: () =>
        emit({
          type: "waiting",
          reason: slots === 1 ? "the build slot is taken" : `all ${slots} build slots are taken`,
        }),
    });
    try {
      await sweepBuilds(projectDirectory, (message) => console.error(message));
      await buildAndPublish(context, { job, settings, builder, slot, store });
    } finally {
      slot.release();
    }
  } finally {
    lock.release();
  }
}

interface Attempt {
  readonly job: BuildJob;
  readonly settings: BuildSettings;
  readonly builder: InstalledBuilder;
  readonly slot: Slot;
  readonly store: ArtifactStore;
}

async function buildAndPublish(
  { projectDirectory, jobDirectory, signal, emit }: JobContext,
  attempt: Attempt,
): Promise<void> {
  const { job, settings, builder, slot, store } = attempt;
  const files = jobFiles(jobDirectory);
  const sources = hostSources(await readHostFacts(), settings, job.inputs.distribution);
  const baseImage = await baseImageOf(job, cacheDirectory(), (reason) => emit({ type: "waiting", reason }));
  const content = diskImageCreateEnvironment(job.inputs);
  const expected = (await store.latest(job.name))?.seconds["total"];

  const build = await newBuildPath(projectDirectory, job.name);
  const buildLock = await acquireLock(buildDirectoryLock(build), { wait: true });
  try {
    await makeBuildDirectory(build, {
      environment: builderEnvironment(content, sources, baseImage === undefined ? undefined : baseImageName(baseImage)),
      command: [...job.inputs.command, "-o", `${inside.out}/${job.name}`],
      elements: files.elements,
      builder,
      ...(baseImage === undefined ? {} : { baseImage }),
      ...(sources.caBundle === undefined ? {} : { caBundle: sources.caBundle }),
      finish: finishFileContent(job.inputs, sources, Object.keys(content)),
    });
    const seconds = await runBuilder({
      name: job.name,
      build,
      cache: slot.cache,
      logPath: files.log,
      logLimitBytes: (settings.logLimitMiB ?? 64) * 2 ** 20,
      timeoutMinutes: settings.timeoutMinutes ?? 120,
      graceSeconds: settings.graceSeconds ?? 10,
      redact: redactor(privateTexts(sources)),
      onProgress: (phase, elapsedSeconds) =>
        emit({
          type: "progress",
          phase,
          elapsedSeconds,
          ...(expected === undefined ? {} : { expectedSeconds: expected }),
          logPath: files.log,
        }),
      signal,
    });
    const out = join(build, "out");
    await checkOutputs(out, job.name, job.inputs, files.log);
    const staging = await stageOutputs(projectDirectory, job.name, out, files.log);
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
}
