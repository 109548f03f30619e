import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** Whose the processes were that a user without rights has started, by their arguments. */
export interface ProcessOwners {
  readonly user: readonly string[];
  /** Root's, by way of what sudo may be asked for. */
  readonly root: readonly string[];
  /** Root's in any other way. */
  readonly wrong: readonly string[];
}

/** The user without rights. */
export const nobody = 65534;

/** Why nobody cannot work here by way of sudo, or undefined. @param file a TypeScript file that it has to read */
export async function cannotBecomeNobody(file: string): Promise<string | undefined> {
  const reads = [
    "setpriv",
    "--reuid",
    `${nobody}`,
    "--regid",
    `${nobody}`,
    "--clear-groups",
    process.execPath,
    "--check",
  ];
  for (const [[command = "", ...words], needs] of [
    [["sudo", "--version"], "needs sudo"],
    [[...reads, file], "needs a checkout that other users may read"],
  ] as const) {
    const { exitCode } = await execa(command, words, { reject: false, stdin: "ignore" });
    if (exitCode !== 0) return needs;
  }
  return undefined;
}

/** What sudo is asked for: to try what the host can, the sandbox and its end, and to measure what lies there. */
const ofRoot =
  /^sudo -n (true$|modprobe \w+$|losetup --find$|unshare --mount --pid --fork true$|\S+\/core\/build\/sandbox\/(run|clean)\.sh |du --summarize )/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly args: string;
}

/**
 * Looks at the processes of nobody, and at all below them, until it is stopped.
 *
 * @param directory what the arguments of the first of them name
 */
export function watchOwners(directory: string): { stop(): Promise<ProcessOwners> } {
  const seen = { user: new Set<string>(), root: new Set<string>(), wrong: new Set<string>() };
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const all = new Map(processes().map((process) => [process.pid, process]));
      for (const process of all.values()) {
        const line = lineage(all, process);
        const first = line.findLast(({ uid }) => uid === nobody);
        if (first?.args.includes(directory) !== true || process.args === "") continue;
        if (process.uid === nobody) seen.user.add(process.args);
        else if (line.some(({ args }) => ofRoot.test(args))) seen.root.add(process.args);
        else seen.wrong.add(process.args);
      }
      await sleep(20);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await watching;
      return { user: [...seen.user], root: [...seen.root], wrong: [...seen.wrong] };
    },
  };
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/status`, "utf8");
        // Real, effective, saved and of files: the second is what it may do.
        const [, parent, uid] = /^PPid:\s+(\d+)$[^]*^Uid:\s+\d+\s+(\d+)/m.exec(status) ?? [];
        const args = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return [{ pid: Number(name), parent: Number(parent), uid: Number(uid), args }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** A process with all above it, the nearest first. */
function lineage(all: ReadonlyMap<number, Process>, of: Process): Process[] {
  const line: Process[] = [];
  for (let at: Process | undefined = of; at !== undefined && line.length < 100; at = all.get(at.parent)) line.push(at);
  return line;
}
