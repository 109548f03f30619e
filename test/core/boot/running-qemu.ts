import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyProcess, type ProcessIdentity } from "../../../core/build/jobs/process-identity.ts";

/** The QEMU that works in a directory, as soon as there is one. */
export async function qemuIn(directory: string): Promise<ProcessIdentity> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(100)) {
    for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
      const command = read(`/proc/${name}/cmdline`);
      const identity = identifyProcess(Number(name));
      if (command.startsWith("qemu-system") && command.includes(directory) && identity !== undefined) return identity;
    }
  }
  throw new Error("QEMU was not started");
}

/** The process that started another one. */
export function parentOf({ pid }: ProcessIdentity): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
