import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { createProject, type TestProject } from "./project.ts";
import { pretendStarted } from "./started.ts";

// What matters to prune is which images Pulumi keeps in its state, not how they were built: so the program is a small one.
const program = `
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { originProperties } from "./components/properties.ts";
const build = new pulumi.Config("small").require("build");
const origin = { project: pulumi.getProject(), stack: pulumi.getStack(), image: "deploy", fingerprint: build, buildId: build };
const image = (name, format) => new openstack.images.Image(name, {
  name, diskFormat: format, containerFormat: format, localFilePath: build + "-" + format, visibility: "private",
  properties: originProperties(origin),
}, { retainOnDelete: true, deleteBeforeReplace: false });
export const deployImages = { kernel: image("deploy-vmlinuz", "aki").id, ramdisk: image("deploy-initrd", "ari").id };
`;

/** Ids of a pair that the stack registers. */
export interface Pair {
  readonly kernel: string;
  readonly ramdisk: string;
}

/** A stack that keeps what it replaces, and the command that prunes it. */
export interface PrunedStack {
  readonly project: TestProject;
  /** What an operator's shell has set. */
  readonly environment: Readonly<Record<string, string>>;
  /** Registers a pair of random bytes, in place of the one before. */
  up(build: string): Promise<Pair>;
  /** Runs the command on a terminal where somebody types `input`; undefined where there is no script(1) to make one. */
  onTerminal(
    args: readonly string[],
    input: string,
  ): Promise<{ exitCode: number | undefined; stdout: string } | undefined>;
  /** Runs the command without a terminal; never throws for its exit code. */
  prune(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }>;
  /** Variables for the same clouds with something else in the entry of each. */
  cloudsWith(entry: Readonly<Record<string, string>>): Promise<{ OS_CLIENT_CONFIG_FILE: string }>;
}

/** Makes the stack in a project of its own; its cloud is `local` in the given clouds.yaml. */
export async function createPrunedStack(cloudsFile: string, stack: string): Promise<PrunedStack> {
  const project = await createProject(cloudsFile, stack);
  await writeFile(path.join(project.directory, "index.ts"), program);
  await pretendStarted(project);
  const { environment } = project;
  const command = (args: readonly string[]) => [
    process.execPath,
    path.join(project.directory, "tools/prune/main.ts"),
    ...args,
  ];
  return {
    project,
    environment,
    async onTerminal(args, input) {
      if ((await execa("which", ["script"], { reject: false })).exitCode !== 0) return undefined;
      const options = { cwd: project.directory, env: environment, input, reject: false } as const;
      const { exitCode, stdout } = await execa("script", ["-qec", command(args).join(" "), "/dev/null"], options);
      return { exitCode, stdout };
    },
    async up(build) {
      for (const format of ["aki", "ari"]) {
        await writeFile(path.join(project.directory, `${build}-${format}`), randomBytes(1000));
      }
      await project.writeStack({ "small:build": build });
      const run = await project.pulumi(["up", "--yes", "--skip-preview"]);
      if (run.exitCode !== 0) throw new Error(run.stderr + run.stdout);
      return (await project.outputs())["deployImages"] as Pair;
    },
    async prune(args, env = {}) {
      const [file = "", ...rest] = command(args);
      const options = { cwd: project.directory, env: { ...environment, ...env }, reject: false } as const;
      const { exitCode, stdout, stderr } = await execa(file, rest, { ...options, stdin: "ignore" });
      return { exitCode, stdout, stderr };
    },
    async cloudsWith(entry) {
      const file = path.join(project.scratch, `clouds-${randomBytes(4).toString("hex")}.yaml`);
      const { clouds } = parse(await readFile(cloudsFile, "utf8")) as { clouds: Record<string, object> };
      const changed = Object.entries(clouds).map(([name, old]) => [name, { ...old, ...entry }] as const);
      await writeFile(file, stringify({ clouds: Object.fromEntries(changed) }), { mode: 0o600 });
      return { OS_CLIENT_CONFIG_FILE: file };
    },
  };
}
