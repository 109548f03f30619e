import { readdirSync, readFileSync } from "node:fs";

/** A file of a process in /proc, e.g. `status`; empty if the process is gone. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}

/** The numbers of all processes that this one sees. */
export function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Who started a process, or has taken it over; undefined if it is gone. */
export function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s*(\d+)$/m.exec(readProc(pid, "status"))?.[1];
  return parent === undefined ? undefined : Number(parent);
}
