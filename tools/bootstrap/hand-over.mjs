// Runs the real command in our place: its streams, its signals and its end are ours.
import { spawn } from "node:child_process";

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<void>} when it has ended, with process.exitCode set; dies of the signal that it died of
 */
export async function handOver(command, args) {
  const child = spawn(command, args, { stdio: "inherit" });
  // A terminal sends Ctrl-C to the whole group, so the child has it already: twice would mean "at once".
  const forward = (/** @type {NodeJS.Signals} */ signal) => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
  for (const signal of signals) process.on(signal, forward);
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  for (const name of signals) process.off(name, forward);
  if (signal === null) process.exitCode = code;
  else process.kill(process.pid, signal);
}
