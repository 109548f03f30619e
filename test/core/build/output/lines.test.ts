import assert from "node:assert/strict";
import test from "node:test";
import { collectLines, linesWith, longestLine } from "../../../../core/build/output/lines.ts";

function collected(chunks: readonly string[]): string[] {
  const blocks: string[] = [];
  const lines = collectLines((text) => blocks.push(text));
  for (const chunk of chunks) lines.push(chunk);
  lines.end();
  for (const block of blocks) assert.ok(block.endsWith("\n"), "only whole lines come");
  return blocks.join("").split("\n").slice(0, -1);
}

test("lines are put together across chunks, and the last one needs no end", () => {
  assert.deepEqual(collected(["a", "b\nc", "\r\n", "\n", "d"]), ["ab", "c\r", "", "d"]);
});

test("a line without end comes in pieces, and nothing of it is lost", () => {
  const lines = collected(["x".repeat(longestLine + 10), "y".repeat(longestLine), "\nz"]);
  assert.deepEqual(
    lines.map((line) => line.length),
    [longestLine, longestLine, 10, 1],
  );
  assert.equal(lines.join(""), "x".repeat(longestLine + 10) + "y".repeat(longestLine) + "z");
});

test("of many lines those with a pattern are found, each once, also the first and the last", () => {
  const text = "a\nsay a twice: a a\r\nb\n\nc a\n";
  assert.deepEqual([...linesWith(text, /a/g)], ["a", "say a twice: a a", "c a"]);
  assert.deepEqual([...linesWith(text, /d/g)], []);
});
