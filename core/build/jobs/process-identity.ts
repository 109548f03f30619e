import { readProc } from "../../proc.ts";

/** A process that cannot be mistaken for another one that got its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  readonly startTime: string;
}

/** Who has this number now; undefined if nobody has, or only what is left of a process that ended. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readProc(pid, "stat");
  // The second field is the command's name in parentheses, which can itself hold spaces and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTime = fields[18];
  return state === "Z" || state === "X" || startTime === undefined ? undefined : { pid, startTime };
}

/** True while this very process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/** An identity as a word without blanks and slashes, e.g. `4711-88234`. */
export function identityText({ pid, startTime }: ProcessIdentity): string {
  return `${pid}-${startTime}`;
}

/** The identity that {@link identityText} wrote; undefined for any other text. */
export function identityOf(text: string): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}
