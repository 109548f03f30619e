import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const repository = path.resolve(import.meta.dirname, "../..");

/** What of a resource's promises the SDK keeps a text of, and what a process says that ends while they wait. */
async function program(environment: Record<string, string> = {}) {
  const script = `
    import * as pulumi from "@pulumi/pulumi";
    import "./components/lean-promises.ts";
    await pulumi.runtime.setMocks({ newResource: () => new Promise(() => {}), call: () => ({}) });
    let texts = 0;
    const then = Promise.prototype.then;
    Promise.prototype.then = function (...handlers) {
      if ("_debugStackTrace" in this) texts++;
      return then.apply(this, handlers);
    };
    new (class Thing extends pulumi.CustomResource {})("test:index:Thing", "name", { a: 1, b: 2 });
    console.log(texts);
  `;
  const args = ["--input-type=module", "--eval", script];
  const { stdout, stderr, exitCode } = await execa(process.execPath, args, {
    cwd: repository,
    env: environment,
    reject: false,
  });
  return { texts: Number(stdout), stderr, exitCode };
}

test("the SDK keeps no text with a promise, and tells all the same that a program has ended before its resources were registered", async () => {
  const { texts, stderr, exitCode } = await program();
  assert.equal(texts, 0);
  assert.match(stderr, /registrations could complete|promises were still active/);
  assert.equal(exitCode, 1);
});

test("who looks for promises that never end gets the SDK's texts", async () => {
  const { texts, stderr } = await program({ PULUMI_DEBUG_PROMISE_LEAKS: "1" });
  assert.ok(texts >= 8, `${texts} texts`);
  assert.match(stderr, /Promise leak detected/);
});
