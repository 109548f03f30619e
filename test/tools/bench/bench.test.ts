import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { benchDownload } from "../../../tools/bench/download.ts";
import { median } from "../../../tools/bench/statistics.ts";

test("the median is the middle one, or between the two in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 6]), 5.5);
  assert.equal(median([7]), 7);
});

test("a small bench downloads with both and reports times and ratio", async (t) => {
  if ((await execa("curl", ["--version"], { reject: false })).failed) return t.skip("needs curl");
  const report = await benchDownload({ size: 2_000_000, rounds: 1, rates: [0, 20_000_000] });
  const [title = "", head = "", free = "", limited = "", ...more] = report.split("\n");
  assert.match(title, /^Download, sha256 and fsync of 2 MiB against curl alone, medians of 1$/);
  assert.match(head, /^LINK +CURL +OURS +RATIO +TARGET$/);
  assert.match(free, /^loopback, no limit +\d+ ms +\d+ ms +\d+\.\d\d +1\.1$/);
  const [, curl, ours] = /^0\.16 Gbit\/s +(\d+) ms +(\d+) ms +\d+\.\d\d +1\.1$/.exec(limited) ?? [];
  for (const time of [curl, ours]) assert.ok(Number(time) >= 70, `the server keeps to its limit: ${time} ms of 100`);
  assert.deepEqual(more, []);
});

test("a bench that there is not is told with those that there are", async () => {
  const main = fileURLToPath(new URL("../../../tools/bench/main.ts", import.meta.url));
  const { exitCode, stderr } = await execa(process.execPath, [main, "nothing"], { reject: false });
  assert.equal(exitCode, 1);
  assert.match(stderr, /there is no bench nothing; .*download/);
});
