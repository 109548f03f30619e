import type { BuildEvent } from "./executor.ts";

/** Progress as a person reads it: `install.d, 62 s of about 130 s`, and when it takes longer `install.d, 150 s in all, the last build took 130 s`. */
export function progressText({
  phase,
  elapsedSeconds,
  expectedSeconds,
}: Pick<Extract<BuildEvent, { type: "progress" }>, "phase" | "elapsedSeconds" | "expectedSeconds">): string {
  const elapsed = `${phase}, ${Math.round(elapsedSeconds)} s`;
  if (expectedSeconds === undefined) return elapsed;
  const expected = `${Math.round(expectedSeconds)} s`;
  return elapsedSeconds > expectedSeconds
    ? `${elapsed} in all, the last build took ${expected}`
    : `${elapsed} of about ${expected}`;
}
