import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { identifyProcess, isRunning, type ProcessIdentity } from "../../core/build/jobs/process-identity.ts";
import { engineAbove } from "../../providers/engine.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const provider = path.join(import.meta.dirname, "../fixtures/idle-provider.ts");

/** Waits until the process is gone; ends it itself, and answers false, when it stays. */
async function ends(identity: ProcessIdentity): Promise<boolean> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100))
    if (!isRunning(identity)) return true;
  process.kill(identity.pid, "SIGKILL");
  return false;
}

/** A shell called `pulumi` in the engine's place, with a launcher between it and the provider, as the engine has one. */
async function startBelowEngine(t: TestContext, output: string) {
  const engine = path.join(temporaryDirectory(t), "pulumi");
  symlinkSync("/bin/sh", engine);
  const launcher = `sh -c '"$0" "$1"; :' '${process.execPath}' '${provider}'`;
  const child = execa(engine, ["-c", `${launcher} >'${output}' & wait; :`], {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  for (; ; await sleep(50)) {
    const pid = readFileSync(output, { encoding: "utf8", flag: "a+" }).trim();
    const identity = pid === "" ? undefined : identifyProcess(Number(pid));
    if (identity !== undefined) return { child, identity };
  }
}

test("a provider that has nothing to say ends when its engine is killed", async (t) => {
  const { child, identity } = await startBelowEngine(t, path.join(temporaryDirectory(t), "output"));
  assert.equal(engineAbove(identity.pid)?.pid, child.pid);
  await sleep(1500);
  assert.ok(isRunning(identity), "it ended although its engine lives");
  child.kill("SIGKILL");
  await child;
  assert.ok(await ends(identity));
});

test("a provider whose output nobody reads any more ends, and does not answer itself for ever", async () => {
  const child = execa(process.execPath, [provider, "talks"], { reject: false, stdin: "ignore", buffer: false });
  const identity = identifyProcess(child.pid ?? 0);
  assert.ok(identity);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdout.destroy();
  child.stderr.destroy();
  assert.ok(await ends(identity));
});
