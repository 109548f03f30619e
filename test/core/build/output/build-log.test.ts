import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import tmp from "tmp";
import { openBuildLog } from "../../../../core/build/output/build-log.ts";

async function written(
  limit: number,
  lines: readonly string[],
): Promise<{ text: string; files: string[]; tail: string }> {
  const directory = tmp.dirSync({ keep: true }).name;
  const log = openBuildLog(join(directory, "log"), limit);
  for (const line of lines) log.write(`${line}\n`);
  const tail = log.tail();
  await log.close();
  const result = { text: readFileSync(join(directory, "log"), "utf8"), files: readdirSync(directory), tail };
  rmSync(directory, { recursive: true });
  return result;
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${String(index).padStart(6, "0")}`);

test("a short log is whole", async () => {
  const { text, files } = await written(10_000, numbered(100));
  assert.equal(text, `${numbered(100).join("\n")}\n`);
  assert.deepEqual(files, ["log"]);
});

test("a log that just outgrows its beginning is still whole", async () => {
  const { text } = await written(2000, numbered(100));
  assert.equal(text, `${numbered(100).join("\n")}\n`);
});

test("a long log keeps its beginning and its end, says how much is missing, and stays below its limit", async () => {
  const { text, files } = await written(10_000, numbered(5000));
  assert.ok(text.length < 10_200, `${text.length}`);
  assert.match(text, /^line 000000\n/);
  assert.match(text, /line 004999\n$/);
  const lost = Number(/\[(\d+) bytes of the log are left out here\]/.exec(text)?.[1]);
  const kept = text.replace(/\n\[\d+ bytes of the log are left out here\]\n\n/, "");
  assert.equal(kept.length + lost, 5000 * 12);
  assert.deepEqual(files, ["log"]);
});

test("the tail is the last 4 KiB, from the beginning of a line", async () => {
  const { tail } = await written(1_000_000, numbered(1000));
  assert.ok(tail.length <= 4096 && tail.length > 4000);
  assert.match(tail, /^line \d{6}\n/);
  assert.match(tail, /line 000999\n$/);
});

test("a full disk ends no build by way of its log, and the last lines are still known", (t) => {
  const directory = tmp.dirSync({ keep: true }).name;
  t.after(() => rmSync(directory, { recursive: true }));
  symlinkSync("/dev/full", join(directory, "log"));
  const log = openBuildLog(join(directory, "log"), 1000);
  log.write("No space left on device\n");
  assert.match(log.tail(), /No space left on device/);
});
