// Runs a command in our place: its streams, its signals and its end are ours.
import { spawn } from "node:child_process";

/**
 * Runs a command on our own terminal and waits for it. What asks us to end is passed on, and left to the command.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, asked: NodeJS.Signals | null }>} how it ended, and the
 * last signal with which somebody asked us to end
 */
export async function runInForeground(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: "inherit" });
  // A terminal sends Ctrl-C to the whole group, so the child has it already: twice would mean "at once".
  /** @type {NodeJS.Signals | null} */
  let asked = null;
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    asked = signal;
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
  for (const signal of signals) process.on(signal, forward);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, asked }));
    });
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

/**
 * Runs a command and ends as it did: with its exit code, or of the signal that it died of.
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function handOver(command, args) {
  const { code, signal } = await runInForeground(command, args);
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}
