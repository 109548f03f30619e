import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { createReport } from "../../tools/report.ts";

function capture(isTTY: boolean, columns = 40) {
  let text = "";
  return { stream: { isTTY, columns, write: (part: string) => (text += part) }, text: () => text };
}

test("a step prints its title with the elapsed time, and returns what its work returns", async () => {
  const log = capture(false);
  assert.equal(await createReport(log.stream).step("engine", async () => 7), 7);
  assert.match(log.text(), /^✓ engine \(0\.\d s\)\n$/);
});

test("a skipped step is one line", async () => {
  const log = capture(false);
  await createReport(log.stream).step("engine", (progress) => progress.skip());
  assert.equal(log.text(), "✓ engine: already there\n");
});

test("a failing step is named, and its error passes through", async () => {
  const log = capture(false);
  await assert.rejects(
    createReport(log.stream).step("engine", () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.match(log.text(), /^✗ engine \(failed after 0\.\d s\)\n$/);
});

test("a plain log gets a line about what a long step is doing, without control characters", async () => {
  const log = capture(false);
  await createReport(log.stream, { interval: 20 }).step("engine", async (progress) => {
    progress.say("41 %");
    await sleep(60);
  });
  assert.match(log.text(), /^ {2}… engine: 41 % \(0\.\d s\)\n/);
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(log.text(), /[\u001b\r]/);
});

test("on a terminal the live line shows every running step and never wraps", async () => {
  const log = capture(true);
  const report = createReport(log.stream, { interval: 10 });
  await Promise.all(
    ["the first of two steps", "the second of two steps"].map((title) => report.step(title, () => sleep(40))),
  );
  const lines = log
    .text()
    .split("\u001b[K")
    .map((line) => line.replace("\r", ""));
  assert.ok(lines.some((line) => line.startsWith("the first of two steps (0.0 s) | the ")));
  for (const line of lines) assert.ok(line.trimEnd().length < 40, line);
  assert.equal(lines.filter((line) => line.endsWith("\n") || line.includes("\n")).length, 2);
});

test("on a terminal that does not know its size the live line shows what runs", async () => {
  const log = capture(true, 0);
  await createReport(log.stream, { interval: 10 }).step("engine", () => sleep(40));
  assert.match(log.text(), /engine \(0\.0 s\)/);
});
