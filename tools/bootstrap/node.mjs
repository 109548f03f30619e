// Which Node runs TypeScript as it stands.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Whether a Node strips types without being asked: from 22.18 and 23.6 on.
 * @param {string} version such as `v22.18.0`
 */
export function stripsTypes(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6);
}

/**
 * This very Node if it will do, else the one that came with npm; undefined if neither does.
 * @param {string} project
 */
export function findNode(project) {
  if (stripsTypes(process.versions.node)) return process.execPath;
  const candidate = join(project, "node_modules", ".bin", "node");
  const { status, stdout } = spawnSync(candidate, ["--version"], { encoding: "utf8" });
  return status === 0 && stripsTypes(stdout.trim()) ? candidate : undefined;
}
