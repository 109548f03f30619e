import { markCancelled, sweepCancelMarks } from "../core/build/waiting/cancel-mark.ts";
import { engineAbove } from "../providers/engine.ts";

/**
 * Marks the update as cancelled when it is interrupted. Of the processes of an update the program alone is told of the first Ctrl-C: the
 * language host sends it SIGINT (`LanguageRuntime.Cancel`). The providers and build jobs of the update watch the mark.
 */
export function markWhenInterrupted(projectDirectory: string): void {
  sweepCancelMarks(projectDirectory);
  const engine = engineAbove(process.pid);
  if (engine === undefined) return;
  process.once("SIGINT", () => {
    try {
      markCancelled(projectDirectory, engine);
    } catch (error) {
      console.error(`builds of this update go on, because its cancellation cannot be noted: ${String(error)}`);
    }
    // Without a listener the signal does what it does by itself.
    process.kill(process.pid, "SIGINT");
  });
}
