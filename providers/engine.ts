import { identifyProcess, type ProcessIdentity } from "../core/build/jobs/process-identity.ts";
import { parentOf, readProc } from "../core/proc.ts";

/**
 * The nearest process above this one whose command is `pulumi`; undefined outside an engine, or without /proc. The program and all
 * providers of an update are below the same one.
 */
export function engineAbove(pid: number): ProcessIdentity | undefined {
  for (let at = parentOf(pid); at !== undefined && at > 0; at = parentOf(at)) {
    if (readProc(at, "comm").trim() === "pulumi") return identifyProcess(at);
  }
  return undefined;
}
