import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../cache-directory.ts";
import type { PipQuestion } from "../../python-index/ask-pip.ts";
import { readIndexSettings } from "../../python-index/index-settings.ts";
import { diskImageCreateEnvironment } from "../../recipe/command.ts";
import { deployBuildEnvironment } from "../../recipe/deploy-command.ts";
import { baseImageOf } from "../sources/base-image.ts";
import { baseImageName, type BuildContents } from "./build-directory.ts";
import type { InstalledBuilder } from "./builder.ts";
import { checkCaBundle } from "../sources/ca-bundle.ts";
import { builderEnvironment } from "./builder-environment.ts";
import { fetchDeploySources } from "../sources/deploy-sources.ts";
import { finishFileContent } from "./finish-file.ts";
import { hostSources, readHostFacts, type HostSources } from "../sources/host-sources.ts";
import { insideSource } from "./inside-paths.ts";
import type { BuilderJob, DeployBuildJob, ImageJob } from "../job.ts";
import { jobFiles } from "../jobs/job-directory.ts";
import type { RunningJob } from "../jobs/run-job.ts";
import type { BuildSettings } from "../settings.ts";

/** What a build is made from, brought onto this machine. */
export interface Ingredients {
  /** Of the build host. */
  readonly sources: HostSources;
  readonly contents: Pick<BuildContents, "environment" | "baseImage" | "sources" | "caBundle" | "finish">;
}

/** Fetches what a job pins, and works out the environment of its builder. */
export async function ingredientsOf(
  { job, ...running }: RunningJob<BuilderJob>,
  builder: InstalledBuilder,
): Promise<Ingredients> {
  const host = hostSources(await readHostFacts(), running.settings, job.inputs.distribution);
  const { inputs } = job;
  return inputs.kind === "deploy-build"
    ? ofRamdisk({ ...running, job: { ...job, inputs } }, builder, host)
    : ofImage({ ...running, job: { ...job, inputs } }, host);
}

async function ofImage({ job, signal, emit }: RunningJob<ImageJob>, host: HostSources): Promise<Ingredients> {
  const report = (text: string): void => emit({ type: "note", text });
  const baseImage = await baseImageOf(job, cacheDirectory(), report, signal);
  const content = diskImageCreateEnvironment(job.inputs);
  return ingredients(host, {
    environment: builderEnvironment(
      content,
      host,
      baseImage === undefined ? {} : { baseImageName: baseImageName(baseImage) },
    ),
    ...(baseImage === undefined ? {} : { baseImage }),
    finish: finishFileContent(job.inputs, host, Object.keys(content)),
  });
}

async function ofRamdisk(
  { job, settings, projectDirectory, jobDirectory, signal, emit }: RunningJob<DeployBuildJob>,
  builder: InstalledBuilder,
  host: HostSources,
): Promise<Ingredients> {
  const pip: PipQuestion = { python: builder.python, env: pipEnvironment(settings), signal };
  const { sources: scratch } = jobFiles(jobDirectory);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const files = await fetchDeploySources(job, {
    projectDirectory,
    cache: join(cacheDirectory(), "sources"),
    scratch,
    pip,
    report: (text) => emit({ type: "note", text }),
    signal,
  });
  const wheels = job.inputs.wheels?.sha256;
  const sources = wheels === undefined ? await withIndex(host, pip) : host;
  const content = deployBuildEnvironment(job.inputs, insideSource);
  return ingredients(sources, {
    environment: builderEnvironment(content, sources, wheels === undefined ? {} : { wheels }),
    sources: files,
    finish: finishFileContent({}, sources, Object.keys(content)),
  });
}

/** The pip in the ramdisk gets packages from where that of the build host does. */
async function withIndex(host: HostSources, pip: PipQuestion): Promise<HostSources> {
  const pythonIndex = await readIndexSettings(pip);
  const caBundle = host.caBundle ?? pythonIndex.cert;
  return { ...host, pythonIndex, ...(caBundle === undefined ? {} : { caBundle }) };
}

/** What a build's settings say wins over the environment, for the host's pip too. */
function pipEnvironment({ caBundle, proxy }: BuildSettings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(caBundle === undefined ? {} : { PIP_CERT: caBundle }),
    ...(proxy?.http === undefined ? {} : { http_proxy: proxy.http }),
    ...(proxy?.https === undefined ? {} : { https_proxy: proxy.https }),
    ...(proxy?.no === undefined ? {} : { no_proxy: proxy.no }),
  };
}

async function ingredients(sources: HostSources, contents: Ingredients["contents"]): Promise<Ingredients> {
  const { caBundle } = sources;
  if (caBundle !== undefined) await checkCaBundle(caBundle);
  return { sources, contents: { ...contents, ...(caBundle === undefined ? {} : { caBundle }) } };
}
