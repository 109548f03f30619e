import { readFileSync } from "node:fs";
import { identifyProcess, isRunning, type ProcessIdentity } from "../core/build/process-identity.ts";

// Imported by every provider, for what it does to the process. An engine that is killed ends no provider, and the dynamic
// provider's own handler answers a closed output by writing to it: it would run for ever, at full speed.

const secondsBetweenLooks = 1;

/** The nearest process above this one whose command is `pulumi`; undefined outside an engine, or without /proc. */
export function engineAbove(pid: number): ProcessIdentity | undefined {
  for (let at = parentOf(pid); at !== undefined && at > 0; at = parentOf(at)) {
    if (commandOf(at) === "pulumi") return identifyProcess(at);
  }
  return undefined;
}

const engine = engineAbove(process.pid);
if (engine !== undefined) {
  setInterval(() => {
    if (!isRunning(engine)) process.exit(1);
  }, secondsBetweenLooks * 1000).unref();
}
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trim();
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
