import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLock } from "../../lock.ts";

/** The right to run one build or boot test, with a directory that no other uses meanwhile. */
export interface Slot {
  readonly index: number;
  /** Absolute; of a build its `DIB_IMAGE_CACHE`. Two builds with one cache fail on apt's lock. */
  readonly cache: string;
  release(): void;
}

/** One build per two processors: package installation is serial, so one build keeps one and a half of them busy. */
export function defaultSlots(processors = availableParallelism()): number {
  return Math.max(1, Math.floor(processors / 2));
}

/**
 * Waits for one of `count` slots, which all processes of the user share.
 * @param directory absolute; one for each kind of work, e.g. `<cache>/builds`
 * @param options.onWait called once if no slot is free at once
 */
export async function takeSlot(
  directory: string,
  count: number,
  options: { onWait(): void; signal: AbortSignal },
): Promise<Slot> {
  for (let round = 0; ; round++) {
    for (let index = 0; index < count; index++) {
      options.signal.throwIfAborted();
      const lock = await acquireLock(join(directory, `slot-${index}.lock`), { wait: false });
      if (lock === undefined) continue;
      const cache = join(directory, `slot-${index}`);
      await mkdir(cache, { recursive: true, mode: 0o700 });
      return { index, cache, release: () => lock.release() };
    }
    if (round === 0) options.onWait();
    await sleep(500, undefined, { signal: options.signal });
  }
}
