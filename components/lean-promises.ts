import { createRequire } from "node:module";

// Imported by the program, for what it does to the SDK.
//
// The SDK marks each promise that a resource has, four for each property, with a text of its own and ten frames of a stack trace. Nobody reads them but
// who looks for promises that never end with PULUMI_DEBUG_PROMISE_LEAKS, who still gets them. That a program ends before its resources are registered is
// told as before: each promise is counted. Measured with fifty triples, 303 resources: the traces alone are 20 of 122 MiB of heap, and a quarter of the
// processor time.

interface Debuggable {
  readonly debugPromiseLeaks: boolean;
  debuggablePromise<T>(promise: Promise<T>, context: unknown): Promise<T>;
}

interface State {
  getStore(): { readonly leakCandidates: Set<unknown> };
}

const require = createRequire(import.meta.url);
const debuggable = require("@pulumi/pulumi/runtime/debuggable.js") as Debuggable;
const state = require("@pulumi/pulumi/runtime/state.js") as State;

if (!debuggable.debugPromiseLeaks) {
  // The first one schedules the look at those that are left when the process ends.
  void debuggable.debuggablePromise(Promise.resolve(), "");
  debuggable.debuggablePromise = counted;
}

function counted<T>(promise: Promise<T>): Promise<T> {
  const { leakCandidates } = state.getStore();
  leakCandidates.add(promise);
  return promise.finally(() => leakCandidates.delete(promise));
}
