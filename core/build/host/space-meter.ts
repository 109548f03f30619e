import { join } from "node:path";
import { diskUsage, type BuildSpace } from "./build-space.ts";

/** A look at a Debian tree takes a tenth of a second of one processor. */
const secondsBetweenLooks = 15;

/** Follows how much a build takes, by looking now and then. */
export interface SpaceMeter {
  /** Looks at the build directory if the phase is another one, or if that is long ago; when a look is going on, right after it. */
  look(phase: string, elapsedSeconds: number): void;
  /** When the build has ended, and its directory is still there. */
  result(): Promise<BuildSpace>;
}

/**
 * @param build the build directory
 * @param cache of the slot; looked at when the meter is made
 * @param measure bytes of a directory
 */
export async function startSpaceMeter(
  build: string,
  cache: string,
  measure: (path: string) => Promise<number | undefined> = diskUsage,
): Promise<SpaceMeter> {
  const cacheBefore = await measure(cache);
  const seen: { readonly phase: string; readonly bytes: number }[] = [];
  let [lastPhase, lastLook] = ["", 0];
  let wanted: string | undefined;
  let looking: Promise<void> | undefined;
  const lookAsWanted = async (): Promise<void> => {
    while (wanted !== undefined) {
      const phase = wanted;
      wanted = undefined;
      const bytes = await measure(build);
      if (bytes !== undefined) seen.push({ phase, bytes });
    }
    looking = undefined;
  };
  return {
    look(phase, elapsedSeconds) {
      if (phase === lastPhase && elapsedSeconds - lastLook < secondsBetweenLooks) return;
      [wanted, lastPhase, lastLook] = [phase, phase, elapsedSeconds];
      looking ??= lookAsWanted();
    },
    async result() {
      await looking;
      const [outputs = 0, cacheAfter] = [await measure(join(build, "out")), await measure(cache)];
      return {
        build: mostOf(seen, outputs),
        cache: Math.max(0, (cacheAfter ?? 0) - (cacheBefore ?? 0)),
      };
    },
  };
}

/**
 * The most that a build directory held. Two moments are too short to be looked at, but what they add up from is known: diskimage-builder
 * copies the tree into the image before it removes it, and converts the image before it removes that (lib/disk-image-create).
 * @param seen in order
 */
export function mostOf(seen: readonly { readonly phase: string; readonly bytes: number }[], outputs: number): number {
  const highest = (looks: typeof seen): number => Math.max(0, ...looks.map(({ bytes }) => bytes));
  const begin = seen.findIndex(({ phase }) => phase === "image-size");
  const tree = seen[begin];
  const copied = tree === undefined ? undefined : seen.slice(begin).find(({ phase }) => phase !== "image-size");
  const image = highest(seen.filter(({ phase }) => phase === "convert"));
  return Math.max(highest(seen), (tree?.bytes ?? 0) + (copied?.bytes ?? 0), image + outputs);
}
