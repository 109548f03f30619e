import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { BenchContext } from "../../../tools/bench/bench.ts";
import { checkBench } from "../../../tools/bench/check.ts";
import { downloadBench } from "../../../tools/bench/download.ts";
import { ingestBench } from "../../../tools/bench/ingest.ts";
import { inspectBench } from "../../../tools/bench/inspect.ts";
import { comparison } from "../../../tools/bench/result.ts";
import { projectDirectory } from "../../../tools/paths.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function context(t: TestContext): BenchContext {
  const refuse = () => Promise.reject(new Error("this bench asked for what it does not need"));
  return {
    scratch: temporaryDirectory(t),
    project: projectDirectory,
    pairs: 1,
    signal: new AbortController().signal,
    say: () => undefined,
    cloud: refuse,
    builder: refuse,
  };
}

async function lacks(...tools: string[]): Promise<string | undefined> {
  for (const tool of tools) if ((await execa(tool, ["--version"], { reject: false })).failed) return tool;
  return undefined;
}

test("a small bench downloads with both, and the server keeps to its limit", async (t) => {
  const missing = await lacks("curl");
  if (missing !== undefined) return t.skip(`needs ${missing}`);
  const { rows } = await downloadBench({ size: 2_000_000, rates: [0, 20_000_000] }).run(context(t));
  assert.deepEqual(
    rows.map(({ what, target }) => [what, target]),
    [
      ["loopback, no limit", undefined],
      ["0.16 Gbit/s", 1.1],
    ],
  );
  for (const time of [...(rows[1]?.ours ?? []), ...(rows[1]?.plain?.figures ?? [])])
    assert.ok(time >= 70, `${time} ms of 100`);
});

test("a small bench inspects what it makes itself, and reports times, bytes and ratios", async (t) => {
  const missing = await lacks("qemu-img", "gzip", "zstd");
  if (missing !== undefined) return t.skip(`needs ${missing}`);
  const { rows } = await inspectBench({ project: temporaryDirectory(t), size: 2 ** 21 }).run(context(t));
  assert.deepEqual(
    rows.map(({ what, unit, plain }) => `${what.replace(/\d+ MiB/, "N MiB")}: ${unit}, ${plain?.tool ?? "alone"}`),
    [
      "header rules, qcow2 of N MiB: ms, alone",
      "header rules, qcow2 of N MiB, read: KiB, alone",
      "content rules, ramdisk of N MiB: ms, gzip -dc",
      "content rules, ramdisk of N MiB: ms, zstd -dc",
    ],
  );
  for (const row of rows) assert.ok(comparison(row) > 0, row.what);
});

test("a small bench checks a recipe with elements of its own, twice in one process", async (t) => {
  const { rows } = await checkBench({ elements: 2, files: 3 }).run(context(t));
  assert.deepEqual(
    rows.map(({ what, ours, plain }) => [what, ours.length, plain?.figures.length]),
    [
      ["first call", 1, 1],
      ["second call in one process", 1, undefined],
    ],
  );
});

test("a small bench publishes a triple that passes inspection, against cp, sha256sum and sync", async (t) => {
  const missing = await lacks("qemu-img");
  if (missing !== undefined) return t.skip(`needs ${missing}`);
  const { rows } = await ingestBench(2 ** 20).run(context(t));
  assert.equal(rows.length, 1);
  assert.ok(rows[0] !== undefined && comparison(rows[0]) > 0);
});

test("a bench that there is not is told with those that there are", async () => {
  const main = fileURLToPath(new URL("../../../tools/bench/main.ts", import.meta.url));
  const { exitCode, stderr } = await execa(process.execPath, [main, "nothing"], { reject: false });
  assert.equal(exitCode, 1);
  assert.match(stderr, /there is no bench nothing; .*cold, .*download, inspect/);
});
