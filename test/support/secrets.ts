import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

const pauseMilliseconds = 50;

/** Looks at the arguments of all processes of this machine, again and again. */
export interface ArgumentsWatcher {
  /** Every argument list that was seen, a space between two arguments. */
  stop(): ReadonlySet<string>;
}

/** Needs /proc. What starts and ends between two looks is missed. */
export function watchArguments(): ArgumentsWatcher {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      const text = readIfThere(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      if (text !== "") seen.add(text);
    }
  };
  const timer = setInterval(look, pauseMilliseconds);
  return {
    stop() {
      clearInterval(timer);
      return seen;
    },
  };
}

/** What {@link watchForSecrets} saw. */
export interface SeenSecrets {
  /** Argument lists that held a secret. */
  readonly inArguments: readonly string[];
  /** Arguments of processes in this process's PID namespace that had a secret in their environment when they were started. */
  readonly inEnvironments: readonly string[];
  /** Processes of other PID namespaces, as hooks are, that had one there. */
  readonly inSandbox: number;
}

/** Looks at arguments and environments of all processes of this machine, again and again. Needs /proc and root. */
export function watchForSecrets(secrets: readonly string[]): { stop(): SeenSecrets } {
  const [inArguments, inEnvironments, inSandbox] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const isIn = (text: string): boolean => secrets.some((secret) => text.includes(secret));
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      const words = readIfThere(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      if (isIn(words)) inArguments.add(words);
      if (!isIn(readIfThere(`/proc/${pid}/environ`))) continue;
      if (isOfThisNamespace(pid)) inEnvironments.add(words);
      else inSandbox.add(pid);
    }
  };
  // A test that fails does not stop it.
  const timer = setInterval(look, pauseMilliseconds).unref();
  return {
    stop() {
      clearInterval(timer);
      return { inArguments: [...inArguments], inEnvironments: [...inEnvironments], inSandbox: inSandbox.size };
    },
  };
}

function isOfThisNamespace(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync("/proc/self/ns/pid");
  } catch {
    return false;
  }
}

/** Paths below a directory, in one file system, that hold one of the texts in their names or, as files, in their bytes. Large files are no matter. */
export async function pathsWith(root: string, texts: readonly string[]): Promise<string[]> {
  // Neither in arguments nor in environments: a watcher of this very test looks at them.
  const hidden = { env: { PATH: process.env["PATH"] }, extendEnv: false, reject: false } as const;
  const options = ["--recursive", "--files-with-matches", "--text", "--fixed-strings", "--devices=skip", "--file=-"];
  const found = await execa("grep", [...options, root], { ...hidden, input: texts.join("\n") });
  if (found.exitCode !== 0 && found.exitCode !== 1) throw new Error(found.stderr);
  const { stdout: names } = await execa("find", [root, "-xdev"], hidden);
  const named = names.split("\n").filter((name) => texts.some((text) => name.includes(text)));
  return [...new Set([...found.stdout.split("\n"), ...named])].filter((name) => name !== "");
}

/** Files below a directory, symbolic links apart, that hold one of the secrets, as it is or in base64. */
export async function filesWithSecrets(directory: string, secrets: Iterable<string>): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    if (hasSecret(await readFile(file, "latin1"), secrets)) found.push(file);
  }
  return found;
}

/** Whether a text holds one of the secrets, as it is or in base64. */
export function hasSecret(text: string, secrets: Iterable<string>): boolean {
  return [...secrets].some((secret) => text.includes(secret) || text.includes(inBase64(secret)));
}

// As it stands when it begins what was encoded; the last digit may hold bits of what follows it.
function inBase64(secret: string): string {
  return Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
