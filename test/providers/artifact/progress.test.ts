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

test("a build that takes longer than the last one says so", () => {
  assert.equal(
    progressLine("my-image", at("root.d", 300.2, 232.1)),
    "my-image: root.d, 300 s in all, the last build took 232 s",
  );
});

test("after a minute a phase is told every thirty seconds, and a new one at once", () => {
  const lines: string[] = [];
  const print = progressPrinter("i", (line) => lines.push(line));
  for (let elapsed = 50; elapsed <= 125; elapsed += 5) print(at("install.d", elapsed));
  print(at("cleanup.d", 130));
  print(at("cleanup.d", 135));
  assert.deepEqual(
    lines.map((line) => line.split(",").slice(0, 2).join()),
    [
      "i: install.d, 50 s",
      "i: install.d, 55 s",
      "i: install.d, 60 s",
      "i: install.d, 90 s",
      "i: install.d, 120 s",
      "i: cleanup.d, 130 s",
    ],
  );
});

test("without an earlier build nothing is expected", () => {
  assert.equal(progressLine("my-image", at("install.d", 62)), "my-image: install.d, 62 s");
});

test("the first line names the log to follow, also of a build that is joined later", () => {
  for (const elapsed of [1, 400]) {
    const lines: string[] = [];
    const print = progressPrinter("i", (line) => lines.push(line));
    for (const event of [at("root.d", elapsed, 900), at("root.d", elapsed + 30, 900)]) print(event);
    assert.deepEqual(lines, [
      `i: root.d, ${elapsed} s of about 900 s, log in .images/jobs/x/build.log`,
      `i: root.d, ${elapsed + 30} s of about 900 s`,
    ]);
  }
});

test("a build that waits says for what", () => {
  assert.equal(
    progressLine("my-image", { type: "waiting", reason: "the build slot is taken" }),
    "my-image: waiting, the build slot is taken",
  );
});

test("progress is told at most every five seconds, however many phases pass; what is waited for at once, and once", () => {
  const lines: string[] = [];
  const print = progressPrinter("i", (line) => lines.push(line));
  const waiting: BuildEvent = { type: "waiting", reason: "w" };
  const events = [waiting, waiting, at("root.d", 6), at("root.d", 8), at("install.d", 10), at("cleanup.d", 11)];
  for (const event of [...events, at("convert", 15), waiting, at("convert", 16)]) print(event);
  assert.deepEqual(lines, [
    "i: waiting, w",
    "i: root.d, 6 s, log in .images/jobs/x/build.log",
    "i: cleanup.d, 11 s",
    "i: waiting, w",
    "i: convert, 16 s",
  ]);
});
