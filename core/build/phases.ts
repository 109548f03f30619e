/** Follows where a build is, by what diskimage-builder prints (lib/dib-run-parts, lib/disk-image-create). */
export interface PhaseTracker {
  /** Returns true when the phase or the hook changed. */
  line(text: string, now: number): boolean;
  readonly phase: string;
  /** The hook that runs, `install.d/50-x`, or undefined between hooks. */
  readonly hook: string | undefined;
  /** Seconds spent in each phase up to now, in order of first appearance. */
  seconds(now: number): Record<string, number>;
}

/** What diskimage-builder does between its hooks, by how it says so. */
const steps: readonly (readonly [RegExp, string])[] = [
  [/^Building elements: /, "elements"],
  [/^Calculating image size/, "image-size"],
  [/^Converting image using qemu-img convert/, "convert"],
];

/** @param start milliseconds of a monotonic clock, as all `now` */
export function trackPhases(start: number): PhaseTracker {
  const spent = new Map<string, number>();
  let phase = "start";
  let hook: string | undefined;
  let since = start;

  const enter = (next: string, now: number): void => {
    if (next === phase) return;
    spent.set(phase, (spent.get(phase) ?? 0) + (now - since) / 1000);
    [phase, since] = [next, now];
  };

  return {
    line(text, now) {
      const message = text.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \| /, "");
      const [before, beforeHook] = [phase, hook];
      const running = /^dib-run-parts Running \S*\/([a-z-]+\.d)\/(\S+)$/.exec(message);
      const ended = /^dib-run-parts \S+ completed$/.exec(message);
      const step = steps.find(([pattern]) => pattern.test(message));
      if (running?.[1] !== undefined) {
        enter(running[1], now);
        hook = `${running[1]}/${running[2] ?? ""}`;
      } else if (ended !== null) {
        hook = undefined;
      } else if (step !== undefined) {
        enter(step[1], now);
        hook = undefined;
      }
      return phase !== before || hook !== beforeHook;
    },
    get phase() {
      return phase;
    },
    get hook() {
      return hook;
    },
    seconds(now) {
      const all = new Map(spent);
      all.set(phase, (all.get(phase) ?? 0) + (now - since) / 1000);
      return Object.fromEntries([...all].map(([name, value]) => [name, Math.round(value * 10) / 10]));
    },
  };
}
