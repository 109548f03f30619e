import { basename } from "node:path";
import { processIds, readProc } from "../core/proc.ts";
import { engineAbove } from "./engine.ts";

/**
 * Ends the openstack plugin of an engine that was killed: by itself it goes on for minutes, and may finish an upload of which no state
 * will ever know.
 *
 * @param engineAddress `host:port` that the engine gave all its plugins to call it at
 */
export function endPlugins(engineAddress: string): void {
  for (const pid of pluginsOf(engineAddress)) {
    try {
      // Below an engine that runs it is another's, which got the same port.
      if (engineAbove(pid) === undefined) process.kill(pid, "SIGTERM");
    } catch {
      // It has ended meanwhile.
    }
  }
}

function pluginsOf(engineAddress: string): number[] {
  return processIds().filter((pid) => {
    const [program = "", address] = readProc(pid, "cmdline").split("\0");
    return basename(program) === "pulumi-resource-openstack" && address === engineAddress;
  });
}
