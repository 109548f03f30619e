import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { IronicImagesError } from "../../errors.ts";
import { privileged } from "../host/privileged.ts";

const script = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

/**
 * All that the scripts get of this process's environment: nothing. Bash would run what BASH_ENV names, take functions from
 * variables and load what LD_PRELOAD says, as root.
 */
const environment = {
  env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
  extendEnv: false,
} as const;

/** The command that runs a prepared build directory in a sandbox. */
export function sandboxCommand(build: string, cache: string, uid: number, gid: number): string[] {
  return privileged([script("run.sh"), build, cache, `${uid}:${gid}`], uid);
}

/** A build that runs. */
export interface Sandbox {
  /** Ends the hooks, so that diskimage-builder cleans up after itself. */
  cancel(): void;
  /** Ends everything at once. */
  kill(): void;
  /** Exit status of the builder, when nothing of the sandbox is left. */
  readonly ended: Promise<number>;
}

/**
 * Starts a sandbox.
 * @param secrets first line of its standard input, see `secretsLine`
 * @param onOutput chunks of what the build prints
 */
export function startSandbox(
  build: string,
  cache: string,
  secrets: string,
  onOutput: (chunk: string) => void,
): Sandbox {
  const [command = "", ...words] = sandboxCommand(build, cache, process.getuid?.() ?? -1, process.getgid?.() ?? -1);
  // `buffer: false` and our own listener: execa would keep the whole output in memory.
  const child = execa(command, words, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    reject: false,
    cleanup: false,
    detached: true,
    ...environment,
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", onOutput);
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${secrets}\n`);
  return {
    cancel: () => void child.stdin.write("cancel\n"),
    kill: () => void child.stdin.end(),
    ended: child.then(({ exitCode, cause }) => {
      child.stdin.end();
      if (cause !== undefined && exitCode === undefined) {
        throw new IronicImagesError("sandbox-failed", `${command} ${words[0] ?? ""} cannot be run`, String(cause), {
          cause,
        });
      }
      return exitCode ?? 137;
    }),
  };
}

/** Detaches and removes what a build left. Returns false if the build still runs. */
export async function cleanBuildDirectory(build: string): Promise<boolean> {
  const [command = "", ...words] = privileged([script("clean.sh"), build]);
  const { exitCode, stderr } = await execa(command, words, { reject: false, stdin: "ignore", ...environment });
  if (exitCode === 75) return false;
  if (exitCode !== 0)
    throw new IronicImagesError("build-directory-stuck", `${build} cannot be removed: ${stderr ?? ""}`);
  return true;
}
