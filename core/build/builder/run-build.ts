import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../cache-directory.ts";
import { acquireLock } from "../../lock.ts";
import { artifactsDirectory } from "../../artifacts/names.ts";
import type { ArtifactRecord } from "../../artifacts/record.ts";
import { buildsDirectory, makeBuildDirectory, newBuildPath } from "./build-directory.ts";
import { requireSpace, spaceNeeds, type BuildSpace } from "../host/build-space.ts";
import { hooksOf } from "../../recipe/fingerprint.ts";
import { builderKind, type InstalledBuilder } from "./builder.ts";
import { checkElements } from "./check-elements.ts";
import { ingredientsOf } from "./ingredients.ts";
import { inside } from "./inside-paths.ts";
import type { BuilderJob } from "../job.ts";
import { jobFiles } from "../jobs/job-directory.ts";
import { checkOutputs } from "./outputs.ts";
import { requireFitHost } from "../host/preflight.ts";
import { hasMirrorCredential, privateTexts } from "../sources/private-texts.ts";
import { probeHost, toolVersions } from "../host/probe-host.ts";
import { baseRoots, type BaseRoots } from "./root-cache.ts";
import { refuseSecrets } from "../secrets/refuse-secrets.ts";
import { redactor, type Redactor } from "../output/redact.ts";
import { runBuilder } from "./run-builder.ts";
import type { RunningJob } from "../jobs/run-job.ts";
import { cleanBuildDirectory } from "../sandbox/sandbox.ts";
import { secretsLine, secretsOf, secretTexts } from "../secrets/secrets.ts";
import { defaultSlots, takeSlot, type Slot } from "../waiting/slots.ts";
import { startSpaceMeter } from "../host/space-meter.ts";
import { stageOutputs } from "./stage.ts";
import { buildDirectoryLock, sweepBuilds } from "./sweep.ts";

/**
 * Checks that a job can be built as it was previewed, on this machine.
 * @returns what builds and publishes it
 * @throws IronicImagesError `secret-missing`, `element-changed`, `build-host-unfit`
 */
export async function prepareBuild(given: RunningJob<BuilderJob>): Promise<() => Promise<void>> {
  const running = { ...given, secrets: secretsOf(given.job.inputs, given.secrets) };
  const { job, jobDirectory, projectDirectory } = running;
  checkElements(job, jobFiles(jobDirectory).elements);
  const { host, builder } = await probeHost(builderKind(job.inputs));
  requireFitHost(host, job.inputs, job.name);
  return async () => {
    if (builder === undefined) return;
    const slot = await takeSlotOf(running);
    try {
      await sweepBuilds(projectDirectory, (message) => console.error(message));
      const last = await lastBuild(running);
      requireSpaceFor(running, slot, last);
      await buildAndPublish(running, builder, slot, last);
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

/** The recipe's newest artifact; the same name can have been downloaded before, which tells nothing of a build. */
async function lastBuild({ job, store }: RunningJob): Promise<ArtifactRecord | undefined> {
  const last = await store.latest(job.name);
  return last?.inputs.kind === job.inputs.kind ? last : undefined;
}

function requireSpaceFor(
  { job, settings, projectDirectory }: RunningJob,
  { cache }: Slot,
  last: ArtifactRecord | undefined,
): void {
  const { minimumFreeMiB } = settings;
  const places = {
    builds: join(projectDirectory, buildsDirectory),
    cache,
    artifacts: join(projectDirectory, artifactsDirectory),
  };
  const outputs = Object.values(last?.files ?? {}).reduce((sum, file) => sum + file.size, 0);
  const needs = spaceNeeds(places, last === undefined ? undefined : { space: last.space, outputs }, minimumFreeMiB);
  const known = last?.space === undefined ? "first build" : "last build";
  requireSpace(needs, job.name, minimumFreeMiB === undefined ? known : "stack");
}

async function buildAndPublish(
  running: RunningJob<BuilderJob>,
  builder: InstalledBuilder,
  slot: Slot,
  last: ArtifactRecord | undefined,
): Promise<void> {
  const { job, projectDirectory, jobDirectory, store } = running;
  const files = jobFiles(jobDirectory);
  try {
    const ingredients = await ingredientsOf(running, builder);
    // A kept tree would hold the credential longer than the build.
    const rootDays = hasMirrorCredential(ingredients.sources) ? 0 : running.settings.baseRootDays;
    const roots = await baseRoots(cacheDirectory(), slot.cache, rootDays);
    const build = await newBuildPath(projectDirectory, job.name);
    const buildLock = await acquireLock(buildDirectoryLock(build), { wait: true });
    let cleaned: Promise<unknown> | undefined;
    const clean = () =>
      (cleaned ??= cleanBuildDirectory(build).catch((error: unknown) => console.error(String(error))));
    try {
      await makeBuildDirectory(build, {
        ...ingredients.contents,
        baseRoots: roots.directory,
        keepPackages: running.settings.keepPackages ?? true,
        command: [...job.inputs.command, "-o", `${inside.out}/${job.name}`],
        elements: files.elements,
        builder,
        kind: builderKind(job.inputs),
        hooks: hooksOf(job.inputs),
        suppressSync: running.settings.suppressSync ?? true,
      });
      const redact = redactor([...privateTexts(ingredients.sources), ...secretTexts(running.secrets)]);
      const { seconds, space } = await buildIn(build, running, { slot, last, redact, roots });
      const out = join(build, "out");
      await checkOutputs(out, job.name, job.inputs, files.log);
      const staging = await stageOutputs(projectDirectory, job, out, files.log);
      // A tree of 30,000 files goes while the others are looked at.
      void clean();
      try {
        await refuseSecrets(staging, job, running.secrets);
        await store.publish(staging, {
          schema: 1,
          name: job.name,
          fingerprint: job.fingerprint,
          inputs: job.inputs,
          tools: await toolVersions(builder),
          seconds,
          space,
          builtAt: new Date().toISOString(),
        });
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    } finally {
      await clean();
      await rm(buildDirectoryLock(build), { force: true });
      buildLock.release();
    }
  } finally {
    await rm(files.sources, { recursive: true, force: true });
  }
}

interface BuildTools {
  readonly slot: Slot;
  readonly last: ArtifactRecord | undefined;
  readonly redact: Redactor;
  readonly roots: BaseRoots;
}

async function buildIn(
  build: string,
  { job, settings, secrets, jobDirectory, signal, emit }: RunningJob<BuilderJob>,
  { slot, last, redact, roots }: BuildTools,
): Promise<{ seconds: Record<string, number>; space: BuildSpace }> {
  const { log: logPath } = jobFiles(jobDirectory);
  const expected = last?.seconds["total"];
  const meter = await startSpaceMeter(build, slot.cache);
  const built = runBuilder({
    name: job.name,
    build,
    cache: slot.cache,
    places: [
      { what: "the build directory", path: build, expected: last?.space?.build },
      { what: "the cache", path: slot.cache },
    ],
    logPath,
    logLimitBytes: (settings.logLimitMiB ?? 64) * 2 ** 20,
    timeoutMinutes: settings.timeoutMinutes ?? 120,
    graceSeconds: settings.graceSeconds ?? 5,
    secrets: secretsLine(job.inputs, secrets),
    redact,
    onProgress: (phase, elapsedSeconds) => {
      meter.look(phase, elapsedSeconds);
      roots.look(phase);
      emit({
        type: "progress",
        phase,
        elapsedSeconds,
        ...(expected === undefined ? {} : { expectedSeconds: expected }),
        logPath,
      });
    },
    signal,
  });
  const seconds = await built.catch(async (error: unknown) => {
    await roots.end(signal.aborted);
    throw error;
  });
  const space = await meter.result();
  await roots.end();
  return { seconds, space: { ...space, cache: Math.max(space.cache, last?.space?.cache ?? 0) } };
}
