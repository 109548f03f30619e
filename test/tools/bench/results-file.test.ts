import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { benchOptions } from "../../../tools/bench/options.ts";
import type { Bench } from "../../../tools/bench/bench.ts";
import type { BenchResult, Row } from "../../../tools/bench/result.ts";
import { addResult, readResults } from "../../../tools/bench/results-file.ts";
import { outcomesText, runBenches } from "../../../tools/bench/run.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const row: Row = { what: "build", unit: "s", ours: [1], compare: "value", target: 2 };
const result: BenchResult = { date: "2026-01-02T03:04:05Z", command: "c", machine: "m", load: 0.1, rows: [row] };

test("a result takes the place of the last one of its measurement, and the others stay", async (t) => {
  const file = join(temporaryDirectory(t), "results.json");
  assert.deepEqual(readResults(file), {});
  await addResult(file, "cold", result);
  await addResult(file, "warm", result);
  await addResult(file, "cold", { ...result, machine: "another" });
  assert.deepEqual(readResults(file), { cold: { ...result, machine: "another" }, warm: result });
});

test("a file that holds something else is refused, and not overwritten", async (t) => {
  const file = join(temporaryDirectory(t), "package.json");
  writeFileSync(file, '{"name":"mine"}');
  await assert.rejects(addResult(file, "cold", result), { code: "bench-results-wrong" });
  assert.equal(readFileSync(file, "utf8"), '{"name":"mine"}');
});

const bench = (run: Bench["run"]): Bench => ({ title: "a bench", pairs: 3, run });

function runOf(benches: Record<string, Bench>, directory: string, signal = new AbortController().signal) {
  const kept: string[] = [];
  const refuse = () => Promise.reject(new Error("not needed"));
  const run = runBenches({
    benches: Object.entries(benches),
    pairs: undefined,
    command: "npm run bench",
    signal,
    context: { project: directory, cloud: refuse, builder: refuse },
    directory: async () => directory,
    onResult: async (name) => void kept.push(name),
  });
  return { run, kept };
}

test("a measurement that fails is told in the table, and the others go on", async (t) => {
  const failing = bench(() => Promise.reject(new Error("it broke")));
  const good = bench(async ({ pairs }) => ({ rows: [{ ...row, ours: [pairs] }] }));
  const { run, kept } = runOf({ first: failing, second: good }, temporaryDirectory(t));
  const text = outcomesText(await run);
  assert.match(text, /^first: a bench\nfailed: it broke\n\nsecond: a bench\nWHAT +UNIT .*\nbuild +s +3\.00 .* no$/);
  assert.deepEqual(kept, ["second"]);
});

test("an interrupted bench keeps what was measured, and begins nothing more", async (t) => {
  const stop = new AbortController();
  const begun: string[] = [];
  const benches = {
    first: bench(async () => ({ rows: [row] })),
    second: bench(async () => {
      stop.abort(new Error("enough"));
      throw new Error("it was killed");
    }),
    third: bench(async () => {
      begun.push("third");
      return { rows: [row] };
    }),
  };
  const { run, kept } = runOf(benches, temporaryDirectory(t), stop.signal);
  await assert.rejects(run, /enough/);
  assert.deepEqual([kept, begun], [["first"], []]);
});

test("names are put in the order of the table, and none means all", () => {
  const known = ["cold", "up", "check"];
  assert.deepEqual(benchOptions(["check", "cold"], known).names, ["cold", "check"]);
  assert.deepEqual(benchOptions([], known), { names: known, pairs: undefined, json: undefined });
  assert.deepEqual(benchOptions(["up", "--pairs", "3", "--json", "f"], known), { names: ["up"], pairs: 3, json: "f" });
  for (const wrong of [["down"], ["--pairs", "0"], ["--pairs", "many"]])
    assert.throws(() => benchOptions(wrong, known), { code: "usage" });
});

test("a result names the commit that was measured, and what a bench writes itself is no change of it", async (t) => {
  const directory = temporaryDirectory(t);
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: directory });
  await git("init", "--quiet");
  await git("commit", "--quiet", "--allow-empty", "--message", "first");
  const commitOf = async () => {
    const [outcome] = await runOf({ first: bench(async () => ({ rows: [row] })) }, directory).run;
    assert.ok(outcome !== undefined && "result" in outcome);
    return outcome.result.commit;
  };
  mkdirSync(join(directory, "docs"));
  for (const page of ["performance.json", "performance.md", "performance.svg", "scale.md"])
    writeFileSync(join(directory, "docs", page), "new");
  assert.match((await commitOf()) ?? "", /^[0-9a-f]{12}$/);
  writeFileSync(join(directory, "docs/guide.md"), "new");
  assert.match((await commitOf()) ?? "", /^[0-9a-f]{12}, with changes$/);
});
