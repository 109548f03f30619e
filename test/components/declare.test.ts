import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { declare } from "../../components/declare.ts";

const framesOf = (text: string | undefined): number => text?.match(/^ {4}at /gm)?.length ?? 0;

test("what is declared has promises with one frame each, and what comes later whole traces", async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as Record<string, unknown> }),
    call: () => ({}),
  });
  const traces: (string | undefined)[] = [];
  const then = Promise.prototype.then;
  class Thing extends pulumi.CustomResource {}
  const make = (name: string) => new Thing("test:index:Thing", name, { a: 1, b: 2 });
  // The SDK keeps the text beside the promise, and follows each promise right away.
  Promise.prototype.then = function (this: Promise<unknown> & { _debugStackTrace?: string }, ...args) {
    if ("_debugStackTrace" in this) traces.push(this._debugStackTrace);
    return then.apply(this, args) as never;
  };
  try {
    declare(() => make("short"));
    const short = traces.splice(0).map(framesOf);
    make("whole");
    const whole = traces.splice(0).map(framesOf);
    assert.ok(short.length >= 8 && short.every((frames) => frames === 1), `frames: ${short.join(" ")}`);
    assert.ok(whole.length >= 8 && whole.every((frames) => frames > 3), `frames: ${whole.join(" ")}`);
  } finally {
    Promise.prototype.then = then;
  }
});

test("an error that is thrown meanwhile says its line, and the next one everything", () => {
  const limit = Error.stackTraceLimit;
  const fail = (): never => {
    throw new Error("no such thing");
  };
  assert.throws(
    () => declare(fail),
    (error: Error) => framesOf(error.stack) === 1 && /at fail .*declare\.test\.ts:\d+/.test(error.stack ?? ""),
  );
  assert.equal(Error.stackTraceLimit, limit);
  assert.ok(framesOf(new Error("whole").stack) > 3);
});
