import { isRunning } from "../core/build/jobs/process-identity.ts";
import { endPlugins } from "./end-plugins.ts";
import { engineAbove } from "./engine.ts";
import "./keep-compiled.ts";
import "./plain-stacks.ts";

// Imported by every provider, for what it does to the process. An engine that is killed ends no provider, and the dynamic
// provider's own handler answers a closed output by writing to it: it would run for ever, at full speed.

const secondsBetweenLooks = 1;

const engine = engineAbove(process.pid);
if (engine !== undefined) {
  setInterval(() => {
    if (!isRunning(engine)) end();
  }, secondsBetweenLooks * 1000).unref();
}
for (const stream of [process.stdout, process.stderr]) stream.on("error", end);

function end(): never {
  // The engine starts every plugin with the address that it listens on as the only argument.
  if (engine !== undefined && !isRunning(engine)) endPlugins(process.argv[2] ?? "");
  process.exit(1);
}
