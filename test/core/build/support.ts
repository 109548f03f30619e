import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { execa } from "execa";
import tmp from "tmp";
import { localExecutor } from "../../../core/build/local-executor.ts";
import type { BuildEvent, Secrets } from "../../../core/build/executor.ts";
import type { BuildJob } from "../../../core/build/job.ts";
import type { BuildSettings } from "../../../core/build/settings.ts";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import type { DeployBuildContent } from "../../../core/recipe/deploy-content.ts";
import {
  deployFingerprintInputs,
  fingerprint,
  fingerprintInputs,
  type DeployBuildInputs,
  type ImageInputs,
} from "../../../core/recipe/fingerprint.ts";

const fixtures = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Why this machine cannot build at all, or undefined. */
export function cannotBuild(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("/dev/loop-control")) return "needs loop devices";
  return undefined;
}

/** Directory on PATH with the real diskimage-builder, or undefined. */
export function realBuilder(): string | undefined {
  const isReal = (directory: string): boolean => existsSync(join(directory, "disk-image-create"));
  return (process.env["PATH"] ?? "").split(delimiter).find(isReal);
}

/** A partition image of the tiny element. */
export const tiny: RecipeContent = {
  kind: "partition",
  distribution: "tiny",
  release: "1",
  architecture: "amd64",
  elements: [],
  packages: [],
  bootloader: "none",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

/** A project directory that is gone after the test, with the tiny element, and a cache of its own. */
export interface Project {
  readonly directory: string;
  readonly cache: string;
  /** Writes a hook of an element of the project. */
  hook(path: string, script: string): void;
  job(name: string, content: RecipeContent): BuildJob;
  /** Builds to the end. */
  build(
    job: BuildJob,
    settings?: BuildSettings,
    secrets?: Secrets,
  ): Promise<{ record: ArtifactRecord; events: BuildEvent[] }>;
  start(
    job: BuildJob,
    settings?: BuildSettings,
    secrets?: Secrets,
  ): ReturnType<ReturnType<typeof localExecutor>["startOrAttach"]>;
  artifact(record: Pick<ArtifactRecord, "name" | "fingerprint">, ...path: string[]): string;
}

/** @param options.name name of the project's directory, to try awkward ones */
export function makeProject(t: TestContext, options: { name?: string; path?: string } = {}): Project {
  const parent = tmp.dirSync({ prefix: "build-test", keep: true }).name;
  const directory = join(parent, options.name ?? "project");
  const cache = join(parent, "cache");
  cpSync(join(fixtures, "elements"), join(directory, "elements"), { recursive: true });
  mkdirSync(cache);
  const before = { cache: process.env["IRONIC_IMAGES_CACHE"], path: process.env["PATH"] };
  process.env["IRONIC_IMAGES_CACHE"] = cache;
  if (options.path !== undefined) process.env["PATH"] = `${options.path}${delimiter}${before.path ?? ""}`;
  t.after(() => {
    if (before.cache === undefined) delete process.env["IRONIC_IMAGES_CACHE"];
    else process.env["IRONIC_IMAGES_CACHE"] = before.cache;
    process.env["PATH"] = before.path;
    assert.deepEqual(mountsBelow(parent), [], "nothing may be mounted in a project after a test");
    rmSync(parent, { recursive: true, force: true });
  });
  const start: Project["start"] = (job, settings = {}, secrets = {}) =>
    localExecutor({ projectDirectory: directory, settings }).startOrAttach(job, secrets);
  return {
    directory,
    cache,
    hook(path, script) {
      mkdirSync(join(directory, "elements", path, ".."), { recursive: true });
      writeFileSync(join(directory, "elements", path), `#!/bin/bash\nset -eu\n${script}\n`, { mode: 0o755 });
    },
    job(name, content) {
      const inputs = fingerprintInputs(content, directory);
      return { schema: 1, name, fingerprint: fingerprint(inputs), inputs };
    },
    start,
    async build(job, settings, secrets) {
      const build = await start(job, settings, secrets);
      const events: BuildEvent[] = [];
      for await (const event of build.events()) events.push(event);
      return { record: await build.fetch(), events };
    },
    artifact: ({ name, fingerprint: digest }, ...path) =>
      join(directory, ".images/artifacts", `${name}-${digest.slice(0, 12)}`, ...path),
  };
}

/** A directory for PATH with builders that the fixture plays, in the form that pip gives to scripts below paths with spaces. */
export function playedBuilder(t: TestContext): string {
  const directory = tmp.dirSync({ prefix: "played builder", keep: true }).name;
  t.after(() => rmSync(directory, { recursive: true }));
  const python = join(fixtures, "bin/python-of-fixture");
  for (const name of ["disk-image-create", "ironic-python-agent-builder"])
    writeFileSync(join(directory, name), `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`, { mode: 0o755 });
  return directory;
}

/** A job whose builder is told what to play. */
export function playedJob(project: Project, play: string, name = "played"): BuildJob {
  const job = project.job(name, tiny);
  const inputs = { ...job.inputs, command: ["disk-image-create", play] } as ImageInputs;
  return { ...job, inputs, fingerprint: fingerprint(inputs) };
}

/** A ramdisk whose sources are git refs, so that nothing is fetched for a builder that is played. */
export const ramdisk: DeployBuildContent = {
  kind: "deploy-build",
  distribution: "tiny",
  release: "1",
  architecture: "amd64",
  elements: [],
  packages: [],
  agent: { gitRef: "1" },
  requirements: { gitRef: "1" },
  simpleInit: { gitRef: "1" },
  compression: "gzip",
  dynamicLogin: false,
  environment: {},
};

/** A job for a ramdisk whose builder is told what to play. */
export function playedRamdisk(project: Project, play: string, change: Partial<DeployBuildContent> = {}): BuildJob {
  const made = deployFingerprintInputs({ ...ramdisk, ...change }, project.directory);
  const inputs = { ...made, command: ["ironic-python-agent-builder", play] } as DeployBuildInputs;
  return { schema: 1, name: "deploy-amd64", fingerprint: fingerprint(inputs), inputs };
}

/** Mount points below a directory in the namespace of this process. */
export function mountsBelow(directory: string): string[] {
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\0(\d\d)/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    );
  return points.filter((point) => point.startsWith(`${directory}/`));
}

/** Command lines of all processes that hold a text. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(text) ? [line] : [];
      } catch {
        return [];
      }
    });
}

/** Inodes behind the loop devices of this machine. */
export async function loopInodes(): Promise<number[]> {
  const { stdout } = await execa("losetup", ["--list", "--noheadings", "--raw", "--output", "BACK-INO"]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

/** Waits until something is so; fails with the description otherwise. */
export async function eventually(what: string, seconds: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `${what} within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
