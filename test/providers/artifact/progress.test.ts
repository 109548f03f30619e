import assert from "node:assert/strict";
import { test } from "node:test";
import type { BuildEvent } from "../../../core/build/executor.ts";
import { progressLine, progressPrinter } from "../../../providers/artifact/progress.ts";

const at = (phase: string, elapsedSeconds: number, expectedSeconds?: number): BuildEvent => ({
  type: "progress",
  phase,
  elapsedSeconds,
  logPath: ".images/jobs/x/build.log",
  ...(expectedSeconds === undefined ? {} : { expectedSeconds }),
});

test("a line says phase, elapsed and expected seconds", () => {
  assert.equal(progressLine("my-image", at("install.d", 62.4, 130.2)), "my-image: install.d, 62 s of about 130 s");
});

test("without an earlier build nothing is expected", () => {
  assert.equal(progressLine("my-image", at("install.d", 62)), "my-image: install.d, 62 s");
});

test("the first seconds name the log", () => {
  assert.equal(progressLine("my-image", at("root.d", 1)), "my-image: root.d, 1 s, log in .images/jobs/x/build.log");
});

test("a build that waits says for what", () => {
  assert.equal(
    progressLine("my-image", { type: "waiting", reason: "the build slot is taken" }),
    "my-image: waiting, the build slot is taken",
  );
});

test("a new phase is told at once, the same one at most every five seconds, the same line never twice", () => {
  const lines: string[] = [];
  const print = progressPrinter("i", (line) => lines.push(line));
  const waiting: BuildEvent = { type: "waiting", reason: "w" };
  for (const event of [waiting, waiting, at("root.d", 6), at("root.d", 8), at("root.d", 11), at("install.d", 12)])
    print(event);
  assert.deepEqual(lines, ["i: waiting, w", "i: root.d, 6 s", "i: root.d, 11 s", "i: install.d, 12 s"]);
});
