import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What `gc` of `--expose-gc` takes (V8, src/extensions/gc-extension.cc). */
type Collect = (options: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

let collect: Collect | undefined;
let waiting = false;

/** Seconds after which a process that is still there is taken to wait for something. */
const atFirst = 3;

/** Seconds after which it is shrunk again: answers come in, and each leaves something. */
const between = 30;

/** For a process that from now on waits for others: shrinks it soon, and now and then. A second call does nothing. */
export function shrinkWhileWaiting({ atOnce = false } = {}): void {
  if (waiting) return;
  waiting = true;
  if (atOnce) shrinkHeap();
  setTimeout(shrinkHeap, atFirst * 1000).unref();
  setInterval(shrinkHeap, between * 1000).unref();
}

/**
 * Gives back what a process of the SDK's has taken to load its modules, and keeps it from taking it again. Node's own
 * flags cannot be given to a dynamic provider. Costs 50 ms and more of processor time, and saves 30 MiB of 160: V8 keeps up to 64 MiB for young objects
 * otherwise.
 */
export function shrinkHeap(): void {
  if (collect === undefined) {
    setFlagsFromString("--semi-space-growth-factor=1");
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect;
    setFlagsFromString("--no-expose-gc");
  }
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
