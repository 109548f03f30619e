import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { upFailure } from "../../../tools/start/deploy.ts";

for (const [title, end, code, message] of [
  ["failed", { code: 1, signal: null, asked: null }, "up-failed", /ended with code 1, see above; put it right/],
  ["was killed", { code: null, signal: "SIGKILL", asked: null }, "up-failed", /ended with SIGKILL/],
  ["was cancelled elsewhere", { code: 8, signal: null, asked: null }, "up-cancelled", /was interrupted; run/],
  ["got Ctrl-C", { code: 1, signal: null, asked: "SIGINT" }, "up-cancelled", /was interrupted; run/],
  ["was terminated", { code: 1, signal: null, asked: "SIGTERM" }, "up-cancelled", /was ended by SIGTERM; run/],
] as const) {
  test(`of an up that ${title} is told what to do`, () => {
    const failure = upFailure(end);
    assert.equal(failure?.code, code);
    assert.match(failure?.message ?? "", message);
  });
}

test("of an up that went well nothing is told", () => {
  assert.equal(upFailure({ code: 0, signal: null, asked: null }), undefined);
});

test("a command in the foreground gets SIGTERM, and how it was asked to end is known", async () => {
  const module = resolve(import.meta.dirname, "../../../tools/bootstrap/hand-over.mjs");
  const child = "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('ready')";
  const parent = `const { runInForeground } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(await runInForeground(process.execPath, ["--eval", ${JSON.stringify(child)}])));`;
  const running = execa(process.execPath, ["--input-type=module", "--eval", parent], { stdin: "ignore" });
  running.stdout.on("data", (chunk: Buffer) => {
    if (chunk.toString().includes("ready")) running.kill("SIGTERM");
  });
  const { stdout } = await running;
  assert.match(stdout, /\{"code":3,"signal":null,"asked":"SIGTERM"\}$/);
});
