import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { IronicImagesError } from "../../core/errors.ts";
import { requireStarted } from "../environment.ts";
import { localPaths } from "../paths.ts";
import { pulumiEnvironment } from "../pulumi/environment.ts";
import { lastLines } from "../text.ts";
import type { BenchContext } from "./bench.ts";
import { compileCache } from "./run-client.ts";

/** What of this project is its program. */
const programFiles = ["index.ts", "package.json", "Pulumi.yaml", "components", "core", "providers", "tools"];

/** A Pulumi project of a measurement, on the real engine, with a backend of its own. */
export interface EngineProject {
  readonly directory: string;
  /** Makes a stack, or changes the config of one; keys with their namespaces. */
  writeStack(stack: string, config: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Runs `pulumi` and returns its milliseconds.
   * @param onStart is given the engine's process id
   */
  pulumi(stack: string, args: readonly string[], onStart?: (pid: number) => void): Promise<number>;
}

/** Our own program, with no recipe and no element. */
export async function ourProject(context: BenchContext, name = "ours"): Promise<EngineProject> {
  const directory = join(context.scratch, name);
  for (const file of programFiles) await cp(join(context.project, file), join(directory, file), { recursive: true });
  for (const folder of ["recipes", "elements"]) await mkdir(join(directory, folder));
  return engineProject(context, directory);
}

/** Another program, with the same SDK, the same runtime options and the same engine. */
export async function plainProject(context: BenchContext, name: string, program: string): Promise<EngineProject> {
  const directory = join(context.scratch, name);
  await mkdir(directory, { recursive: true });
  await cp(join(context.project, "package.json"), join(directory, "package.json"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  const settings = { name, main: "index.ts", runtime, stackConfigDir: "stacks" };
  await writeFile(join(directory, "Pulumi.yaml"), stringify(settings));
  await writeFile(join(directory, "index.ts"), program);
  return engineProject(context, directory);
}

async function engineProject(context: BenchContext, directory: string): Promise<EngineProject> {
  requireStarted("bench", context.project);
  const state = `${directory}-state`;
  for (const folder of [state, join(directory, "stacks")]) await mkdir(folder, { recursive: true });
  await symlink(join(context.project, "node_modules"), join(directory, "node_modules"));
  const env = await environment(context, state);
  const stacks = new Set<string>();
  const run = async (args: readonly string[], onStart?: (pid: number) => void): Promise<number> => {
    const start = performance.now();
    const running = execa("pulumi", [...args, "--non-interactive"], {
      cwd: directory,
      env,
      reject: false,
      stdin: "ignore",
      cancelSignal: context.signal,
      // The engine waits for what runs.
      forceKillAfterDelay: 60_000,
    });
    if (running.pid !== undefined) onStart?.(running.pid);
    const { exitCode, stdout, stderr } = await running;
    const took = performance.now() - start;
    context.signal.throwIfAborted();
    if (exitCode !== 0)
      throw new IronicImagesError(
        "bench-failed",
        `pulumi ${args.join(" ")} failed`,
        lastLines(`${stdout}\n${stderr}`, 40),
      );
    return took;
  };
  return {
    directory,
    async writeStack(stack, config) {
      if (!stacks.has(stack)) await run(["stack", "init", stack]);
      stacks.add(stack);
      await writeFile(join(directory, "stacks", `Pulumi.${stack}.yaml`), stringify({ config }));
    },
    pulumi: (stack, args, onStart) => run([...args, "--stack", stack], onStart),
  };
}

/** As `npm run env` sets it, with a cloud and a backend of the measurement's own. */
async function environment(context: BenchContext, state: string): Promise<Record<string, string>> {
  const { bin, pulumiHome } = localPaths(context.project);
  return {
    ...pulumiEnvironment({
      path: [await context.builder(), process.env["PATH"]].join(delimiter),
      nodeDirectory: bin,
      binDirectory: bin,
      pulumiHome,
      backend: { directory: state },
      passphrase: "bench",
    }),
    ...compileCache(),
    OS_CLIENT_CONFIG_FILE: await context.cloud(),
    IRONIC_IMAGES_CACHE: join(context.scratch, "cache"),
  };
}
