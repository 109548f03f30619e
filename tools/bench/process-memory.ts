import { parentOf, processIds, readProc } from "../../core/proc.ts";

/** What the language host runs, and what the engine runs for dynamic resources. */
const measured = /@pulumi\/pulumi\/cmd\/(run|dynamic-provider)(\/index\.js)? /;

/** Watches the memory of an engine's program and dynamic provider. */
export interface MemoryWatch {
  /** Most MiB that they had at one moment, all together. Looks no more. */
  stop(): number;
}

/** @param engine process id */
export function watchProgram(engine: number): MemoryWatch {
  let most = 0;
  const look = (): void => {
    const parents = parentsOfAll();
    const isMeasured = (pid: number | undefined): boolean =>
      pid !== undefined && measured.test(readProc(pid, "cmdline").replaceAll("\0", " "));
    // What one of them has forked, and is not yet another program, has its arguments and its memory.
    const own = [...parents.keys()].filter(
      (pid) => isBelow(pid, engine, parents) && isMeasured(pid) && !isMeasured(parents.get(pid)),
    );
    most = Math.max(most, residentMiB(own.map((pid) => readProc(pid, "status"))));
  };
  const timer = setInterval(look, 200);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

/**
 * What processes of one program have together, MiB: what each has to itself, and what they have of files, Node above all, once.
 * @param statuses texts of /proc/PID/status
 */
export function residentMiB(statuses: readonly string[]): number {
  const kB = (status: string, field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
  const own = statuses.reduce((sum, status) => sum + kB(status, "RssAnon") + kB(status, "RssShmem"), 0);
  return (own + Math.max(0, ...statuses.map((status) => kB(status, "RssFile")))) / 1024;
}

function parentsOfAll(): Map<number, number> {
  return new Map(processIds().map((pid) => [pid, parentOf(pid) ?? 0]));
}

function isBelow(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === ancestor) return true;
  return false;
}
