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

/** Directories of hooks, in the order in which a build goes through them; a hook can print any other name. */
const hookDirectories: ReadonlySet<string> = new Set([
  "root.d",
  "extra-data.d",
  "pre-install.d",
  "install.d",
  "post-install.d",
  "post-root.d",
  "block-device.d",
  "pre-finalise.d",
  "finalise.d",
  "cleanup.d",
]);

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
      // A line of diskimage-builder's is short; one that is not, is not looked at.
      const message = text.length > 1000 ? "" : text.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \| /, "");
      const [before, beforeHook] = [phase, hook];
      const running = /^dib-run-parts Running \S*\/([a-z-]+\.d)\/(\S+)$/.exec(message);
      const ended = /^dib-run-parts \S+ completed$/.exec(message);
      const step = steps.find(([pattern]) => pattern.test(message));
      if (running?.[1] !== undefined && hookDirectories.has(running[1])) {
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
