import { constants, readFileSync } from "node:fs";
import { cp, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import tmp from "tmp";
import { IronicImagesError } from "../../errors.ts";
import type { BuildJob } from "../job.ts";
import { identityOf, type ProcessIdentity } from "./process-identity.ts";
import type { BuildSettings } from "../settings.ts";

/** Where the jobs of a project lie, relative to it. */
export const jobsDirectory = ".images/jobs";

/** What the names of a job's directories begin with. */
export function jobPrefix({ name, fingerprint }: Pick<BuildJob, "name" | "fingerprint">): string {
  return `${name}-${fingerprint.slice(0, 12)}`;
}

/** What the name of a job's directory says: `tmp` puts the process that made it and random letters behind the prefix. Undefined for other names. */
export function jobNameParts(name: string): { recipe: string; prefix: string; maker: number } | undefined {
  const [, prefix, recipe, maker] = /^((.+)-[0-9a-f]{12})-(\d+)-\w+$/.exec(name) ?? [];
  return prefix === undefined || recipe === undefined ? undefined : { recipe, prefix, maker: Number(maker) };
}

/** The files of a job directory, by what they are for. */
export function jobFiles(directory: string) {
  return {
    job: join(directory, "job.json"),
    settings: join(directory, "settings.json"),
    elements: join(directory, "elements"),
    sources: join(directory, "sources"),
    events: join(directory, "events.jsonl"),
    result: join(directory, "result.json"),
    resultSpace: join(directory, "result.space"),
    log: join(directory, "build.log"),
    stdout: join(directory, "stdout"),
    stderr: join(directory, "stderr"),
    process: join(directory, "process"),
    waiters: join(directory, "waiters"),
    closedWaiters: join(directory, "waiters.closed"),
  } as const;
}

/** The process of a job, as it noted itself when it began; undefined before. */
export function processOf(directory: string): ProcessIdentity | undefined {
  try {
    return identityOf(readFileSync(jobFiles(directory).process, "utf8"));
  } catch {
    return undefined;
  }
}

/** What a job left: success has no more to say, because the artifact is in the store. */
export type JobResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly summary: string; readonly details: string };

/** Writes a job, what it needs of this machine, and a copy of the project's elements that it uses. Returns the new directory. */
export async function createJobDirectory(
  projectDirectory: string,
  job: BuildJob,
  settings: BuildSettings,
): Promise<string> {
  const jobs = join(projectDirectory, jobsDirectory);
  await mkdir(jobs, { recursive: true, mode: 0o700 });
  const directory = tmp.dirSync({
    tmpdir: jobs,
    prefix: jobPrefix(job),
    keep: true,
  }).name;
  const files = jobFiles(directory);
  await mkdir(files.elements);
  for (const element of "elementDigests" in job.inputs ? Object.keys(job.inputs.elementDigests) : []) {
    const source = join(projectDirectory, "elements", element);
    await cp(source, join(files.elements, element), { recursive: true, verbatimSymlinks: true }).catch(
      (error: unknown) => {
        throw new IronicImagesError(
          "element-missing",
          `elements/${element} of the project cannot be copied; the image ${job.name} needs it`,
          String(error),
          { cause: error },
        );
      },
    );
  }
  await writeFile(files.settings, JSON.stringify(settings, undefined, 2), { mode: 0o600 });
  await writeFile(files.events, "");
  await writeFile(files.resultSpace, Buffer.alloc(resultBytes, " "));
  await writeFile(files.job, JSON.stringify(job, undefined, 2));
  return directory;
}

/** Reads what {@link createJobDirectory} wrote. */
export async function readJobDirectory(directory: string): Promise<{ job: BuildJob; settings: BuildSettings }> {
  const files = jobFiles(directory);
  const job = JSON.parse(await readFile(files.job, "utf8")) as BuildJob;
  if (job.schema !== 1) throw new IronicImagesError("job-wrong", `${files.job} is not a job that this version reads`);
  return { job, settings: JSON.parse(await readFile(files.settings, "utf8")) as BuildSettings };
}

/** Kept free for the result: a job that fails because the disk is full has to be able to say so. */
const resultBytes = 64 * 1024;

/** Writes the result so that a reader sees all of it or nothing, in the space that the job's directory was made with. */
export async function writeResult(directory: string, result: JobResult): Promise<void> {
  const { result: path, resultSpace } = jobFiles(directory);
  const file = await open(resultSpace, constants.O_RDWR | constants.O_CREAT);
  try {
    const text = Buffer.from(JSON.stringify(result));
    await file.write(text, 0, text.length, 0);
    await file.truncate(text.length);
  } finally {
    await file.close();
  }
  await rename(resultSpace, path);
}

/** The job's result, or undefined while there is none. */
export async function readResult(directory: string): Promise<JobResult | undefined> {
  const text = await readFile(jobFiles(directory).result, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as JobResult);
}
