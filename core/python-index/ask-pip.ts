import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { IronicImagesError } from "../errors.ts";

const script = fileURLToPath(new URL("./ask-pip.py", import.meta.url));

/** How pip is asked. */
export interface PipQuestion {
  /** A Python with the pip of the lock file, absolute. */
  readonly python: string;
  /** Pip's own environment: this process's and what a build's settings change. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the build host's pip, whose configuration is its files and variables in its own order. The words are those of ask-pip.py.
 * @returns what it printed, as JSON
 * @throws IronicImagesError `python-index-failed`; the signal's reason
 */
export async function askPip({ python, env, signal }: PipQuestion, words: readonly string[]): Promise<unknown> {
  // Isolated: neither PYTHONPATH nor the current directory; pip's variables still count.
  const outcome = await execa(python, ["-I", "-B", script, ...words], {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (outcome.exitCode === 0) return JSON.parse(outcome.stdout) as unknown;
  const said = outcome.stderr?.trimEnd() ?? "";
  if (said.includes("No module named 'pip'"))
    throw new IronicImagesError(
      "python-index-failed",
      `${python} has no pip, which knows where this machine's Python index is: install ironic-python-agent-builder with pip beside it (npm start does it)`,
    );
  throw new IronicImagesError(
    "python-index-failed",
    `The Python index could not be asked: ${said.split("\n").at(-1) || outcome.shortMessage || "pip said nothing"}; its address, certificate and proxy are those of this machine's pip (pip config list)`,
    said.slice(-4096),
  );
}
