import type { BuildEvent } from "../../core/build/executor.ts";

const minimumSecondsBetweenLines = 5;

/**
 * Prints a build's events as lines such as `my-image: install.d, 62 s of about 130 s`: of progress at most one line in five seconds,
 * the first with the path of the log. What it waits for and what else it has to say is told at once, and once.
 */
export function progressPrinter(name: string, print: (line: string) => void): (event: BuildEvent) => void {
  let lastLine = "";
  let lastElapsed: number | undefined;
  return (event) => {
    const isFirst = event.type === "progress" && lastElapsed === undefined;
    if (event.type === "progress") {
      if (lastElapsed !== undefined && event.elapsedSeconds - lastElapsed < minimumSecondsBetweenLines) return;
      lastElapsed = event.elapsedSeconds;
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
  const elapsed = Math.round(event.elapsedSeconds);
  const expected = event.expectedSeconds === undefined ? "" : ` of about ${Math.round(event.expectedSeconds)} s`;
  return `${name}: ${event.phase}, ${elapsed} s${expected}${withLog ? `, log in ${event.logPath}` : ""}`;
}
