import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { stackEnvironment } from "../environment.ts";
import { lastLines } from "../text.ts";

/** How a client is run. */
export interface ClientOptions {
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** Over the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where Node keeps what it compiled, as in every command of this project. */
export function compileCache(): Readonly<Record<string, string>> {
  const directory = stackEnvironment("bench").set["NODE_COMPILE_CACHE"];
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/**
 * Runs `<name>-client.ts` in a process of its own, which did nothing before, and returns the JSON that it prints.
 * @throws IronicImagesError `bench-failed`; the signal's reason
 */
export async function runClient(name: string, args: readonly string[], options: ClientOptions): Promise<unknown> {
  const { signal, cwd = process.cwd(), env = {} } = options;
  const script = fileURLToPath(new URL(`./${name}-client.ts`, import.meta.url));
  const run = await execa(process.execPath, [script, ...args], {
    cwd,
    env: { ...compileCache(), ...env },
    reject: false,
    cancelSignal: signal,
    // A job of ours that is told to end takes its time to clean up.
    forceKillAfterDelay: 30_000,
  });
  signal.throwIfAborted();
  if (run.exitCode !== 0)
    throw new IronicImagesError("bench-failed", `${name}: our side failed`, lastLines(run.stderr));
  return JSON.parse(run.stdout);
}
