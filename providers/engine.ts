import { readFileSync } from "node:fs";
import { identifyProcess, type ProcessIdentity } from "../core/build/jobs/process-identity.ts";

/**
 * The nearest process above this one whose command is `pulumi`; undefined outside an engine, or without /proc. The program and all
 * providers of an update are below the same one.
 */
export function engineAbove(pid: number): ProcessIdentity | undefined {
  for (let at = parentOf(pid); at !== undefined && at > 0; at = parentOf(at)) {
    if (commandOf(at) === "pulumi") return identifyProcess(at);
  }
  return undefined;
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s*(\d+)$/m.exec(readProc(`/proc/${pid}/status`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function commandOf(pid: number): string {
  return readProc(`/proc/${pid}/comm`).trim();
}

/** A file of /proc; empty if its process is gone. */
export function readProc(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
