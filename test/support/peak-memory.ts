import { readdirSync, readFileSync } from "node:fs";

/** Watches how much memory processes use. */
export interface MemoryWatch {
  /** The most that any one of them has had in memory up to now, MiB; 0 if none was seen. */
  most(): number;
  /** The same, and looks no more. */
  stop(): number;
}

/** @param isMeant by the arguments of a process, and its number */
export function watchMemory(isMeant: (command: readonly string[], pid: string) => boolean): MemoryWatch {
  let most = 0;
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (!isMeant(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"), pid)) continue;
        // The kernel's own high-water mark: what happens between two looks counts too.
        const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        most = Math.max(most, Number(kibibytes ?? 0) / 1024);
      } catch {
        // It ended between two looks.
      }
    }
  };
  const timer = setInterval(look, 100).unref();
  return {
    most: () => Math.round(most),
    stop() {
      clearInterval(timer);
      look();
      return Math.round(most);
    },
  };
}

/** The job processes of a project. */
export function jobOf(projectDirectory: string): (command: readonly string[]) => boolean {
  return (command) => command.some((word) => word.endsWith("/job-main.ts")) && command.includes(projectDirectory);
}
