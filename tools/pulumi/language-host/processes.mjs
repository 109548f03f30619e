// The program's process: started, interrupted on Cancel, killed when it does not listen.
import { spawn } from "node:child_process";
import process from "node:process";
import { clearTimeout, setTimeout } from "node:timers";

// As the official host: what has not ended this long after its SIGINT is killed.
const patience = 5_000;

/** The processes of one host. After `cancel` it starts no more. */
export function createProcesses() {
  const running = new Set();
  let cancelled = false;

  return {
    /**
     * Runs Node and answers when it has ended. Its output goes where the host's own goes.
     * @returns {Promise<{ code?: number | null, signal?: string | null, error?: Error, cancelled: boolean }>}
     */
    async run(args, { environment, signal }) {
      if (cancelled) return { cancelled };
      const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "inherit", "inherit"] });
      const entry = { child };
      running.add(entry);
      const interrupted = () => interrupt(entry);
      signal?.addEventListener("abort", interrupted, { once: true });
      try {
        return await new Promise((resolve) => {
          child.on("error", (error) => resolve({ error, cancelled: false }));
          child.on("exit", (code, exitSignal) =>
            resolve({ code, signal: exitSignal, cancelled: entry.end !== undefined }),
          );
        });
      } finally {
        signal?.removeEventListener("abort", interrupted);
        clearTimeout(entry.timer);
        running.delete(entry);
        entry.ended?.();
      }
    },

    /** Interrupts every process, and answers when all have ended. */
    async cancel() {
      cancelled = true;
      await Promise.all([...running].map(interrupt));
    },
  };
}

function interrupt(entry) {
  entry.end ??= new Promise((resolve) => {
    entry.ended = resolve;
    entry.child.kill("SIGINT");
    entry.timer = setTimeout(() => entry.child.kill("SIGKILL"), patience);
  });
  return entry.end;
}
