import { delimiter, join } from "node:path";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore, type ArtifactStore } from "../../core/artifacts/store.ts";
import type { BuildEvent, BuildExecutor } from "../../core/build/executor.ts";
import type { BuildJob } from "../../core/build/job.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import { progressText } from "../../core/build/progress-text.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { checkHost } from "../host/check.ts";
import { ensureVirtualenv } from "../python/virtualenv.ts";
import type { Report } from "../report.ts";

/** An artifact, and whether it was built just now. */
export interface TriedBuild {
  readonly record: ArtifactRecord;
  readonly built: boolean;
}

/**
 * The job that builds a recipe as it is, without a stack.
 * @throws IronicImagesError `secret-missing` for a recipe that needs a stack's secrets
 */
export function recipeJob(project: string, recipe: string): { job: BuildJob; warnings: readonly string[] } {
  const { content, baseImageUrl, warnings } = loadRecipe(project, recipe);
  if (content.secretEnvironment !== undefined)
    throw new IronicImagesError(
      "secret-missing",
      `${recipe} is built with secrets of a stack (${content.secretEnvironment.join(", ")}), and here is none: build it with pulumi up`,
    );
  const inputs = fingerprintInputs(content, project);
  const job = {
    schema: 1,
    name: recipe,
    fingerprint: fingerprint(inputs),
    inputs,
    ...(baseImageUrl === undefined ? {} : { baseImageUrl }),
  } as const;
  return { job, warnings };
}

/**
 * Takes a job's artifact from the store, or builds it on this machine, after installing what that takes.
 * @throws IronicImagesError those of the parts
 */
export async function buildJob(
  job: BuildJob,
  {
    project,
    cacheDirectory,
    report,
    signal,
  }: { project: string; cacheDirectory: string; report: Report; signal: AbortSignal },
): Promise<TriedBuild> {
  const store: ArtifactStore = openStore(project, { onMessage: (message) => report.note(message) });
  const present = await store.find(job.name, job.fingerprint);
  if (present !== undefined) return { record: await store.inspected(present), built: false };
  await report.step("this machine", checkHost);
  const virtualenv = await report.step("diskimage-builder", (progress) =>
    ensureVirtualenv({ name: "builder", cacheDirectory, progress }),
  );
  // The executor finds the builder on PATH.
  process.env["PATH"] = [join(virtualenv, "bin"), process.env["PATH"]].join(delimiter);
  const record = await report.step(`build ${job.name}`, ({ say }) =>
    runBuild(localExecutor({ projectDirectory: project, settings: {} }), job, { report, signal, say }),
  );
  return { record, built: true };
}

async function runBuild(
  executor: BuildExecutor,
  job: BuildJob,
  { report, signal, say }: { report: Report; signal: AbortSignal; say: (text: string) => void },
): Promise<ArtifactRecord> {
  signal.throwIfAborted();
  const build = await executor.startOrAttach(job);
  const cancelled = Promise.withResolvers<void>();
  const cancel = () => void build.cancel().then(cancelled.resolve, cancelled.reject);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    let phase = "";
    for await (const event of build.events()) {
      say(eventText(event));
      if (event.type === "progress" && phase === "") report.note(`  log: ${event.logPath}`);
      if (event.type === "progress" && event.phase !== phase) report.note(`  ${eventText(event)}`);
      if (event.type === "progress") phase = event.phase;
    }
    return await build.fetch();
  } catch (error) {
    if (signal.aborted) await cancelled.promise;
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** A build's event as a person reads it, e.g. `install.d, 62 s of about 130 s`. */
export function eventText(event: BuildEvent): string {
  if (event.type === "waiting") return `waiting, ${event.reason}`;
  if (event.type === "note") return event.text;
  return progressText(event);
}
