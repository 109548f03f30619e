import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa, type Options } from "execa";
import tmp from "tmp";
import { stringify } from "yaml";

const repository = path.resolve(import.meta.dirname, "../..");
// Tiny builds wait more than they compute.
const stackDefaults = { "openstack:cloud": "local", "ironic-images:build": { slots: 2 } };
const programFiles = ["index.ts", "package.json", "Pulumi.yaml", "components", "core", "providers", "tools"];

/** A copy of the program with recipes, elements and one stack of a test's own, on the real engine. */
export interface TestProject {
  readonly directory: string;
  readonly stack: string;
  /** A directory beside the project, for what must not lie in it. */
  readonly scratch: string;
  /** What the project's own tools need of the environment to reach its state and its cloud. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes `recipes/<name>.yaml`. */
  writeRecipe(name: string, recipe: object): Promise<void>;
  /** Replaces the stack's config. */
  writeStack(config: object): Promise<void>;
  /** Copies an element of test/fixtures/elements into the project. */
  addElement(name: string): Promise<void>;
  /** Writes an element of the project: file contents by path; what starts with `#!` is executable. */
  writeElement(name: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs `pulumi`; never throws for its exit code. */
  pulumi(args: readonly string[], options?: RunOptions): Promise<PulumiRun>;
  /** `pulumi stack output --json`. */
  outputs(): Promise<Record<string, unknown>>;
  /** The URN of a resource in the state. */
  urn(type: string, name: string): Promise<string>;
  /** A second copy of the same program, stack and state, without artifacts. */
  clone(): Promise<TestProject>;
  /** Another stack of the same directory, with a config of its own; or one that is there already. */
  addStack(name: string, isThere?: boolean): Promise<TestProject>;
  remove(): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A command that the run is put behind, e.g. strace with its arguments. */
  readonly through?: readonly string[];
}

/** How a run of `pulumi` ended, and what the engine did. */
export interface PulumiRun {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Steps in the order in which the engine began them. */
  readonly steps: readonly Step[];
}

/** One step of the engine: `create`, `replace`, `same` … on a resource. */
export interface Step {
  readonly op: string;
  /** `DiskImage`, `Image`, `Publication` … */
  readonly type: string;
  readonly name: string;
  /** Properties that differ, e.g. `elementDigests.tiny`. */
  readonly diffs: readonly string[];
}

/**
 * Makes a project in a temporary directory. Its cloud is `local` in the given clouds.yaml.
 * @param name of the project's directory, to try awkward ones
 */
export async function createProject(cloudsFile: string, stack: string, name = "project"): Promise<TestProject> {
  const root = tmp.dirSync({ prefix: "ironic-images-test-" }).name;
  await mkdir(path.join(root, "state"));
  const project = testProject(path.join(root, name), stack, cloudsFile, root);
  await copyProgram(project.directory);
  const init = await project.pulumi(["stack", "init", stack]);
  if (init.exitCode !== 0) throw new Error(init.stderr);
  return project;
}

async function copyProgram(directory: string): Promise<void> {
  for (const file of programFiles) {
    await cp(path.join(repository, file), path.join(directory, file), { recursive: true });
  }
  await symlink(path.join(repository, "node_modules"), path.join(directory, "node_modules"));
  for (const folder of ["recipes", "stacks", "elements"])
    await mkdir(path.join(directory, folder), { recursive: true });
}

function testProject(directory: string, stack: string, cloudsFile: string, root: string): TestProject {
  const env = {
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Without it the commands do not know --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    OS_CLIENT_CONFIG_FILE: cloudsFile,
  };
  const stackFile = path.join(directory, "stacks", `Pulumi.${stack}.yaml`);
  let runs = 0;

  async function pulumi(args: readonly string[], options: RunOptions = {}): Promise<PulumiRun> {
    const eventLog = path.join(root, `events-${path.basename(directory)}-${stack}-${runs++}.json`);
    const withLog = ["preview", "up", "destroy", "refresh"].includes(args[0] ?? "");
    const command = [...(options.through ?? []), "pulumi", ...args, "--non-interactive"];
    if (args[1] !== "init") command.push("--stack", stack);
    if (withLog) command.push("--event-log", eventLog, "--color", "never");
    const execOptions = { cwd: directory, env: { ...env, ...options.env }, reject: false, stdin: "ignore" } as const;
    const [file = "pulumi", ...rest] = command;
    const result = await execa(file, rest, execOptions satisfies Options);
    const steps = withLog ? parseSteps(await readFile(eventLog, "utf8").catch(() => "")) : [];
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, steps };
  }

  return {
    directory,
    stack,
    scratch: root,
    environment: env,
    pulumi,
    writeRecipe: (name, recipe) => writeFile(path.join(directory, "recipes", `${name}.yaml`), stringify(recipe)),
    async writeStack(config) {
      const old = await readFile(stackFile, "utf8").catch(() => "");
      const salt = /^encryptionsalt:.*\n/m.exec(old)?.[0] ?? "";
      await writeFile(stackFile, salt + stringify({ config: { ...stackDefaults, ...config } }));
    },
    addElement: (name) =>
      cp(path.join(repository, "test/fixtures/elements", name), path.join(directory, "elements", name), {
        recursive: true,
      }),
    async writeElement(name, files) {
      for (const [file, content] of Object.entries(files)) {
        const target = path.join(directory, "elements", name, file);
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, content);
        await chmod(target, content.startsWith("#!") ? 0o755 : 0o644);
      }
    },
    async outputs() {
      const run = await pulumi(["stack", "output", "--json"]);
      if (run.exitCode !== 0) throw new Error(run.stderr);
      return JSON.parse(run.stdout) as Record<string, unknown>;
    },
    async urn(type, name) {
      const run = await pulumi(["stack", "export"]);
      const state = JSON.parse(run.stdout) as { deployment: { resources: { urn: string }[] } };
      const found = state.deployment.resources.find(({ urn }) => urn.endsWith(`:${type}::${name}`));
      if (found === undefined) throw new Error(`no ${type} ${name} in the state`);
      return found.urn;
    },
    async clone() {
      const other = testProject(path.join(root, `clone-${stack}-${runs++}`), stack, cloudsFile, root);
      await copyProgram(other.directory);
      for (const folder of ["recipes", "stacks", "elements"]) {
        await cp(path.join(directory, folder), path.join(other.directory, folder), { recursive: true });
      }
      return other;
    },
    async addStack(name, isThere = false) {
      const other = testProject(directory, name, cloudsFile, root);
      if (isThere) return other;
      const init = await other.pulumi(["stack", "init", name]);
      if (init.exitCode !== 0) throw new Error(init.stderr);
      return other;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function parseSteps(eventLog: string): Step[] {
  const events = eventLog
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  return events.flatMap((event) => {
    const step = event.resourcePreEvent?.metadata;
    if (step === undefined || step.type.startsWith("pulumi:")) return [];
    const name = step.urn.split("::").at(-1) ?? "";
    const diffs = Object.keys(step.detailedDiff ?? {});
    return [{ op: step.op, type: step.type.split(":").at(-1) ?? "", name, diffs }];
  });
}

interface EngineEvent {
  readonly resourcePreEvent?: {
    readonly metadata: {
      readonly op: string;
      readonly urn: string;
      readonly type: string;
      readonly detailedDiff?: Readonly<Record<string, unknown>>;
    };
  };
}

/** The command that runs another one in a project as a user who owns nothing; needs root. */
export async function asNobody(directory: string): Promise<string[]> {
  const { stdout: pulumi } = await execa("sh", ["-c", 'readlink -f "$(command -v pulumi)"']);
  const home = process.env["PULUMI_HOME"] ?? path.join(process.env["HOME"] ?? "/", ".pulumi");
  const script = path.join(import.meta.dirname, "as-nobody.sh");
  return [script, path.join(repository, "node_modules"), path.dirname(pulumi), home, directory];
}
