// Looks at the machine; judges nothing. Plain JavaScript without dependencies, see requirements.mjs.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandPackages } from "./requirements.mjs";

/** Commands of the administrator, which are not on everybody's PATH but are on root's. */
const systemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {import("./requirements.mjs").Host}
 */
export function probeHost(environment = process.env) {
  const root = process.getuid?.() === 0;
  const python = succeeds("python3", ["-E", "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"], environment);
  return {
    platform: process.platform,
    directory: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
    root,
    sudo: root || succeeds("sudo", ["-n", "true"], environment) !== undefined,
    python,
    venv:
      python !== undefined && succeeds("python3", ["-E", "-c", "import venv, ensurepip"], environment) !== undefined,
    loop: hasLoopDevices(environment),
    apt: findCommand("apt-get", environment) !== undefined,
    missing: Object.keys(commandPackages).filter((command) => findCommand(command, environment) === undefined),
  };
}

/**
 * The absolute path of a command on PATH or among the administrator's.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [environment]
 */
export function findCommand(name, environment = process.env) {
  const directories = [
    ...(environment["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
    ...systemDirectories,
  ];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The driver is in the kernel already, or is a module that can be loaded. */
function hasLoopDevices(/** @type {NodeJS.ProcessEnv} */ environment) {
  if (existsSync("/dev/loop-control")) return true;
  try {
    if (/^\s*7 loop$/m.test(readFileSync("/proc/devices", "utf8"))) return true;
  } catch {
    return false;
  }
  const modprobe = findCommand("modprobe", environment);
  return modprobe !== undefined && succeeds(modprobe, ["--dry-run", "--quiet", "loop"], environment) !== undefined;
}

/** The trimmed standard output of a command that succeeds, undefined otherwise. */
function succeeds(
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  /** @type {NodeJS.ProcessEnv} */ environment,
) {
  const { status, stdout } = spawnSync(command, args, {
    env: environment,
    stdio: ["ignore", "pipe", "ignore"],
    encoding: "utf8",
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim() : undefined;
}
