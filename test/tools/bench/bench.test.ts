import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { benchDownload } from "../../../tools/bench/download.ts";
import { benchInspect } from "../../../tools/bench/inspect.ts";
import { median } from "../../../tools/bench/statistics.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

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

test("a small bench inspects what it makes itself, and reports times, bytes and ratios", async (t) => {
  for (const tool of ["qemu-img", "gzip", "zstd"])
    if ((await execa(tool, ["--version"], { reject: false })).failed) return t.skip(`needs ${tool}`);
  const report = await benchInspect({ project: temporaryDirectory(t), size: 2 ** 21, rounds: 1 });
  assert.match(report, /^Header rules on a qcow2 image of [23] MiB, median of 1 behind the first\nFIRST +MEDIAN/);
  assert.match(report, /\n\d+\.\d ms +\d+\.\d ms +5 ms +\d+ KiB +4096 KiB\n\nContent pass/);
  for (const tool of ["gzip", "zstd"])
    assert.match(report, new RegExp(`^${tool} +[23] MiB +\\d+ ms +\\d+ ms +\\d+\\.\\d\\d +1\\.5$`, "m"));
});

test("a bench that there is not is told with those that there are", async () => {
  const main = fileURLToPath(new URL("../../../tools/bench/main.ts", import.meta.url));
  const { exitCode, stderr } = await execa(process.execPath, [main, "nothing"], { reject: false });
  assert.equal(exitCode, 1);
  assert.match(stderr, /there is no bench nothing; .*download, inspect/);
});
