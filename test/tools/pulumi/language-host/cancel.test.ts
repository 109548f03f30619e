import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { needsEngine, project, realEngine } from "./project.ts";

const engine = realEngine();
const skip = engine === undefined ? needsEngine : false;

/** Says that it has started and what signals it gets; ends on SIGINT when it is told to be polite. */
const program = `
import { appendFileSync } from "node:fs";
process.on("SIGINT", () => {
  appendFileSync("log", "SIGINT\\n");
  if (process.env.POLITE === "yes") process.exit(0);
});
appendFileSync("log", \`\${process.pid}\\n\`);
await new Promise((resolve) => setTimeout(resolve, 50_000));
`;

/** Starts `pulumi up` and waits until the program runs. */
async function running(t: Parameters<typeof project>[0], polite: "yes" | "no") {
  const { directory, start } = await project(t, engine ?? "", { program });
  const up = start(["up", "--yes", "--skip-preview"], { environment: { POLITE: polite } });
  const log = join(directory, "log");
  while (!existsSync(log) || !readFileSync(log, "utf8").includes("\n")) await sleep(50);
  const pid = Number(readFileSync(log, "utf8").split("\n")[0]);
  return { up, pid, log: () => readFileSync(log, "utf8") };
}

/** Whether a process runs; one that only waits for its parent to notice its end does not. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (alive(pid) && performance.now() < end) await sleep(50);
  return !alive(pid);
}

test("Ctrl-C reaches the program, which ends at its own pace", { skip }, async (t) => {
  const { up, pid, log } = await running(t, "yes");
  const start = performance.now();
  up.kill("SIGINT");
  const { exitCode, all } = await up;
  assert.notEqual(exitCode, 0);
  assert.match(all, /update canceled/);
  assert.match(log(), /\nSIGINT\n/);
  assert.ok(await gone(pid, 1_000));
  assert.ok(performance.now() - start < 4_000, "it must not be waited for longer than it takes");
});

test("a program that ignores Ctrl-C is killed 5 s later", { skip }, async (t) => {
  const { up, pid, log } = await running(t, "no");
  const start = performance.now();
  up.kill("SIGINT");
  await sleep(3_500);
  assert.equal(alive(pid), true, "it has 5 s");
  assert.notEqual((await up).exitCode, 0);
  const seconds = (performance.now() - start) / 1000;
  assert.match(log(), /\nSIGINT\n/);
  assert.ok(await gone(pid, 1_000));
  assert.ok(seconds > 4 && seconds < 12, `${seconds} s`);
});

test("when the engine is killed, its program does not live on", { skip }, async (t) => {
  const { up, pid } = await running(t, "no");
  up.kill("SIGKILL");
  await up;
  assert.ok(await gone(pid, 12_000));
});
