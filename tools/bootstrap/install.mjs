// Run by dependencies.mjs under a lock: whoever waited for it may find the work done.
import { isInstalled, npm } from "./dependencies.mjs";
import { spawnSync } from "node:child_process";

const [project = "."] = process.argv.slice(2);
if (!isInstalled(project)) {
  console.error("installing the npm dependencies (npm ci) ...");
  const { command, first } = npm(process.env);
  const { status } = spawnSync(command, [...first, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: project,
    stdio: ["ignore", 2, 2],
  });
  process.exitCode = status ?? 1;
}
