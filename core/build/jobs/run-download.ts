import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { cacheDirectory } from "../../cache-directory.ts";
import { fetchPair } from "../../deploy-images/fetch-pair.ts";
import type { DownloadSource } from "../../deploy-images/urls.ts";
import { IronicImagesError } from "../../errors.ts";
import { openBuildLog } from "../output/build-log.ts";
import type { DeployDownloadJob } from "../job.ts";
import { jobFiles } from "./job-directory.ts";
import type { RunningJob } from "./run-job.ts";
import { copyLog, newStagingDirectory } from "../builder/stage.ts";

const heartbeatMilliseconds = 5000;

/**
 * Downloads the deploy images that a job pins, and publishes them. Takes no root, no builder and no slot.
 * @throws IronicImagesError `job-wrong`, and what `fetchPair` throws
 */
export async function runDownload(running: RunningJob<DeployDownloadJob>): Promise<void> {
  const { job, projectDirectory, store } = running;
  const source = downloadSource(job);
  const staging = await newStagingDirectory(projectDirectory, job);
  try {
    const total = await downloadInto(staging, source, running);
    await copyLog(jobFiles(running.jobDirectory).log, staging);
    await store.publish(staging, {
      schema: 1,
      name: job.name,
      fingerprint: job.fingerprint,
      inputs: job.inputs,
      tools: {},
      seconds: { download: total, total },
      builtAt: new Date().toISOString(),
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** @returns seconds */
async function downloadInto(
  directory: string,
  source: DownloadSource,
  { job, store, jobDirectory, signal, emit }: RunningJob<DeployDownloadJob>,
): Promise<number> {
  const { log: logPath } = jobFiles(jobDirectory);
  const log = openBuildLog(logPath, 2 ** 20);
  const start = performance.now();
  const elapsed = (): number => Math.round((performance.now() - start) / 100) / 10;
  const last = await store.latest(job.name);
  // The same name can have been built before.
  const expected = last?.inputs.kind === job.inputs.kind ? last.seconds["total"] : undefined;
  const heartbeat = (): void =>
    emit({
      type: "progress",
      phase: "download",
      elapsedSeconds: Math.round(elapsed()),
      ...(expected === undefined ? {} : { expectedSeconds: expected }),
      logPath,
    });
  const partialDirectory = join(cacheDirectory(), "downloads");
  await mkdir(partialDirectory, { recursive: true, mode: 0o700 });
  const timer = setInterval(heartbeat, heartbeatMilliseconds);
  try {
    heartbeat();
    const report = (text: string): void => {
      log.write(`${text}\n`);
      emit({ type: "note", text });
    };
    await fetchPair({ source, pins: job.inputs, name: job.name, directory, partialDirectory, report, signal });
    return elapsed();
  } finally {
    clearInterval(timer);
    await log.close();
  }
}

/** The addresses that belong to the pins. */
export function downloadSource({ name, inputs, locations }: DeployDownloadJob): DownloadSource {
  const url = (sha256: string): string => {
    const location = locations?.[sha256];
    if (location === undefined)
      throw new IronicImagesError("job-wrong", `The job for ${name} pins ${sha256} and does not say where to get it`);
    return location;
  };
  return "tarballSha256" in inputs
    ? { tarballUrl: url(inputs.tarballSha256) }
    : { kernelUrl: url(inputs.kernelSha256), initramfsUrl: url(inputs.initramfsSha256) };
}
