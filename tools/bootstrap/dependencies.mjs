// Whether node_modules is what package-lock.json says, and how it becomes so.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * True if npm has installed exactly the versions of the lock file. npm writes node_modules/.package-lock.json last, so
 * an interrupted installation has none.
 * @param {string} project
 */
export function isInstalled(project) {
  const wanted = packages(join(project, "package-lock.json"));
  const found = packages(join(project, "node_modules", ".package-lock.json"));
  if (wanted === undefined || found === undefined) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    const installed = found[path];
    if (path === "" || (installed === undefined && entry.optional === true)) continue;
    if (installed === undefined || installed.version !== entry.version || installed.integrity !== entry.integrity)
      return false;
  }
  return Object.keys(found).every((path) => path in wanted);
}

/**
 * Runs `npm ci`, one at a time. What it says goes to standard error: standard output belongs to the command.
 * @param {string} project
 * @returns {boolean} whether it succeeded
 */
export function installDependencies(project) {
  const install = [process.execPath, fileURLToPath(new URL("./install.mjs", import.meta.url)), project];
  mkdirSync(join(project, ".local"), { recursive: true, mode: 0o700 });
  const locked = spawnSync("flock", [join(project, ".local", "npm.lock"), ...install], { stdio: ["ignore", 2, 2] });
  const [node = "", ...args] = install;
  const { status } = locked.error === undefined ? locked : spawnSync(node, args, { stdio: ["ignore", 2, 2] });
  return status === 0 && isInstalled(project);
}

/**
 * The npm that runs us, else the one on PATH.
 * @param {NodeJS.ProcessEnv} environment
 */
export function npm(environment) {
  const running = environment["npm_execpath"] ?? "";
  return /npm-cli\.c?js$/.test(running)
    ? { command: process.execPath, first: [running] }
    : { command: "npm", first: [] };
}

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined} */
function packages(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}
