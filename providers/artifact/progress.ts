import type { BuildEvent } from "../../core/build/executor.ts";

const minimumSecondsBetweenLines = 5;

/**
 * Prints a build's events as lines such as `my-image: install.d, 62 s of about 130 s`: each new phase at once, and
 * within a phase at most one line in five seconds.
 */
export function progressPrinter(name: string, print: (line: string) => void): (event: BuildEvent) => void {
  let lastLine = "";
  let lastPhase = "";
  let lastElapsed = -Infinity;
  return (event) => {
    if (event.type === "progress") {
      const sooner = event.elapsedSeconds - lastElapsed < minimumSecondsBetweenLines;
      if (event.phase === lastPhase && sooner) return;
      lastPhase = event.phase;
      lastElapsed = event.elapsedSeconds;
    }
    const line = progressLine(name, event);
    if (line !== lastLine) print(line);
    lastLine = line;
  };
}

/** One line for a person; the log's path stands in the first line of a build. */
export function progressLine(name: string, event: BuildEvent): string {
  if (event.type === "waiting") return `${name}: waiting, ${event.reason}`;
  if (event.type === "note") return `${name}: ${event.text}`;
  const elapsed = Math.round(event.elapsedSeconds);
  const expected = event.expectedSeconds === undefined ? "" : ` of about ${Math.round(event.expectedSeconds)} s`;
  const log = elapsed < minimumSecondsBetweenLines ? `, log in ${event.logPath}` : "";
  return `${name}: ${event.phase}, ${elapsed} s${expected}${log}`;
}
