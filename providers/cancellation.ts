import { isCancelled } from "../core/build/waiting/cancel-mark.ts";
import { IronicImagesError } from "../core/errors.ts";
import { engineAbove } from "./engine.ts";

const pollMilliseconds = 100;
/** What ends in time says itself how it ended; nobody waits longer than this for it. */
const patienceMilliseconds = 1200;

/** The process in whose name everything here is done; undefined outside an engine. */
export const update = engineAbove(process.pid);

/**
 * Does something that takes long, until the update is cancelled: the engine lets a dynamic provider know nothing of that, so the mark of
 * the program is watched.
 * @param work ends soon after its signal; if not, it is left alone with its cleaning up
 * @throws IronicImagesError `cancelled`, or what the work throws
 */
export async function untilCancelled<Result>(
  projectDirectory: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: patienceIsOver, reject } = Promise.withResolvers<never>();
  let patience: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (update === undefined || controller.signal.aborted || !isCancelled(projectDirectory, update)) return;
    const cancelled = new IronicImagesError(
      "cancelled",
      "cancelled: what runs is being stopped, and cleans up after itself",
    );
    controller.abort(cancelled);
    patience = setTimeout(() => reject(cancelled), patienceMilliseconds);
  };
  const timer = setInterval(look, pollMilliseconds);
  try {
    look();
    return await Promise.race([work(controller.signal), patienceIsOver]);
  } finally {
    clearInterval(timer);
    clearTimeout(patience);
  }
}
