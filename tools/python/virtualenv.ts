import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa, ExecaError } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { acquireLock } from "../../core/lock.ts";
import type { Progress } from "../report.ts";
import { findPython } from "./interpreter.ts";
import { lockFile, virtualenvDirectory } from "./lock-file.ts";
import type { LockFile, LockName } from "./lock-file.ts";
import { parsePipConfiguration, uvSettings } from "./pip-configuration.ts";
import { lastLines } from "../text.ts";

/** What a virtualenv is made from. */
export interface VirtualenvOptions {
  readonly name: LockName;
  /** The user's cache, see tools/paths.ts. */
  readonly cacheDirectory: string;
  readonly progress?: Progress;
  /** The environment of the installers: indexes, proxies and certificates are the host's. Default: this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where the lock files are; another one in tests. */
  readonly lockDirectory?: string;
}

/** Written last: a virtualenv without it was never finished. */
const mark = ".complete";

/**
 * Makes sure that the virtualenv of a lock file is there, and returns its directory. Everything in it was checked
 * against the hashes of the lock file. One process at a time makes it; one that was interrupted is made anew.
 * @throws IronicImagesError `virtualenv-failed`, and those of findPython
 */
export async function ensureVirtualenv(options: VirtualenvOptions): Promise<string> {
  const lock = lockFile(options.name, options.lockDirectory);
  const directory = virtualenvDirectory(lock, options.cacheDirectory);
  if (await isComplete(directory)) {
    options.progress?.skip();
    return directory;
  }
  const held = await acquireLock(`${directory}.lock`, { wait: true });
  try {
    if (!(await isComplete(directory))) await make(lock, directory, options);
  } finally {
    held.release();
  }
  return directory;
}

/** The virtualenv if it is there and works, without making it. */
export async function findVirtualenv(name: LockName, cacheDirectory: string): Promise<string | undefined> {
  const directory = virtualenvDirectory(lockFile(name), cacheDirectory);
  return (await isComplete(directory)) ? directory : undefined;
}

/** Finished, and its Python is still the one that it was made with: an upgrade of the host's takes the packages away. */
async function isComplete(directory: string): Promise<boolean> {
  if (!existsSync(join(directory, mark))) return false;
  const { stdout } = await execa(
    join(directory, "bin/python"),
    ["-I", "-S", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"],
    { reject: false },
  );
  return stdout === readFileSync(join(directory, mark), "utf8").trim();
}

async function make(lock: LockFile, directory: string, options: VirtualenvOptions): Promise<void> {
  const environment = options.environment ?? process.env;
  const python = await findPython(environment);
  // uv comes by pip, everything else by uv: it takes 3 s where pip takes 43 s.
  const uv =
    lock.name === "uv" ? undefined : join(await ensureVirtualenv({ ...withoutProgress(options), name: "uv" }), "bin");
  rmSync(directory, { recursive: true, force: true });
  options.progress?.say("making the virtualenv");
  const run = runner(lock, environment);
  await run(python.executable, ["-E", "-m", "venv", ...(uv === undefined ? [] : ["--without-pip"]), directory]);
  options.progress?.say("installing packages");
  if (uv === undefined) {
    await run(join(directory, "bin/python"), ["-E", "-m", "pip", ...pipArguments(lock)]);
  } else {
    const settings = await hostSettings(dirname(uv), environment);
    const cache = environment["UV_CACHE_DIR"] || join(options.cacheDirectory, "python", "downloads");
    await run(join(uv, "uv"), uvArguments(lock, directory, settings.options), {
      ...settings.environment,
      UV_CACHE_DIR: cache,
    });
  }
  writeFileSync(join(directory, mark), `${python.version}\n`);
}

function withoutProgress({ progress: _progress, ...rest }: VirtualenvOptions): VirtualenvOptions {
  return rest;
}

/** The arguments that install a lock file with pip. */
export function pipArguments(lock: LockFile): string[] {
  return [
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-cache-dir",
    "--require-hashes",
    "--no-deps",
    "--requirement",
    lock.path,
  ];
}

/** The arguments that install a lock file with uv, compiled: nothing writes into the virtualenv later. */
export function uvArguments(lock: LockFile, directory: string, options: readonly string[]): string[] {
  const where = ["--python", join(directory, "bin/python"), "--no-python-downloads"];
  return [
    "pip",
    "install",
    "--quiet",
    "--require-hashes",
    "--no-deps",
    "--compile-bytecode",
    ...where,
    ...options,
    "--requirement",
    lock.path,
  ];
}

/** What pip knows of this machine, in uv's words. */
async function hostSettings(uvVirtualenv: string, environment: NodeJS.ProcessEnv) {
  const asked = await execa(join(uvVirtualenv, "bin/python"), ["-E", "-m", "pip", "config", "list"], {
    env: environment,
    extendEnv: false,
    reject: false,
  });
  return uvSettings(parsePipConfiguration(asked.exitCode === 0 ? asked.stdout : ""), environment);
}

function runner(lock: LockFile, environment: NodeJS.ProcessEnv) {
  return async (command: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    try {
      await execa(command, args, { env: { ...environment, ...more }, extendEnv: false, stdin: "ignore", all: true });
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      const tail = lastLines(String(error.all ?? error.shortMessage));
      const summary = `the Python packages of ${lock.name}.lock.txt could not be installed; see below, put it right (index, proxy, certificate: pip's configuration) and run the command again`;
      throw new IronicImagesError("virtualenv-failed", summary, tail, { cause: error });
    }
  };
}
