import type { BuildEvent } from "../../core/build/executor.ts";
import { progressText } from "../../core/build/progress-text.ts";

const minimumSecondsBetweenLines = 5;

/** When a build fails Pulumi shows all its lines once more, so a long one says less: a new phase, or this many seconds. */
const secondsInOnePhase = 30;
/** So long somebody looks on. */
const secondsOfEagerness = 60;

/**
 * Prints a build's events as lines such as `my-image: install.d, 62 s of about 130 s`: of progress at most one line in five seconds
 * and, after a minute, one in thirty within a phase; the first with the path of the log. What it waits for and what else it has to say is told at once, and once.
 */
export function progressPrinter(name: string, print: (line: string) => void): (event: BuildEvent) => void {
  let lastLine = "";
  let last: { phase: string; elapsedSeconds: number } | undefined;
  return (event) => {
    const isFirst = event.type === "progress" && last === undefined;
    if (event.type === "progress") {
      const { phase, elapsedSeconds } = event;
      const isEager = elapsedSeconds <= secondsOfEagerness || phase !== last?.phase;
      const pause = isEager ? minimumSecondsBetweenLines : secondsInOnePhase;
      if (last !== undefined && elapsedSeconds - last.elapsedSeconds < pause) return;
      last = { phase, elapsedSeconds };
    }
    const line = progressLine(name, event, isFirst);
    if (line !== lastLine) print(line);
    lastLine = line;
  };
}

/** One line for a person. @param withLog says where the log is that can be followed */
export function progressLine(name: string, event: BuildEvent, withLog = false): string {
  if (event.type === "waiting") return `${name}: waiting, ${event.reason}`;
  if (event.type === "note") return `${name}: ${event.text}`;
  return `${name}: ${progressText(event)}${withLog ? `, log in ${event.logPath}` : ""}`;
}
