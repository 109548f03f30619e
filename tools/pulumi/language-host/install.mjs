// LanguageRuntime.InstallDependencies: npm in the program's directory, its output streamed to the engine.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** The arguments of npm: exactly the lock file where there is one. */
export function npmArguments(directory) {
  return [existsSync(path.join(directory, "package-lock.json")) ? "ci" : "install", "--loglevel=error"];
}

/**
 * @param write called with `stdout` or `stderr` and a chunk
 * @returns {Promise<void>} @throws Error with one sentence
 */
export async function installDependencies({ directory, packagemanager, write }) {
  if (packagemanager !== "auto" && packagemanager !== "npm") {
    throw new Error(
      `this language host installs with npm only, not with ${packagemanager}: run ${packagemanager} yourself`,
    );
  }
  const args = npmArguments(directory);
  write("stdout", "Installing dependencies...\n\n");
  const child = spawn("npm", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  for (const name of ["stdout", "stderr"]) child[name].on("data", (chunk) => write(name, chunk));
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args[0]} failed in ${directory} with exit code ${code}`)),
    );
  });
  write("stdout", "Finished installing dependencies\n\n");
}
