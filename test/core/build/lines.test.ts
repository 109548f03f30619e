import assert from "node:assert/strict";
import test from "node:test";
import { lineSplitter, longestLine } from "../../../core/build/lines.ts";

function split(chunks: readonly string[]): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test("lines are put together across chunks, and the last one needs no end", () => {
  assert.deepEqual(split(["a", "b\nc", "\r\n", "\n", "d"]), ["ab", "c", "", "d"]);
});

test("a line without end comes in pieces, and nothing of it is lost", () => {
  const lines = split(["x".repeat(longestLine + 10), "y".repeat(longestLine), "\nz"]);
  assert.deepEqual(
    lines.map((line) => line.length),
    [longestLine, longestLine, 10, 1],
  );
  assert.equal(lines.join(""), "x".repeat(longestLine + 10) + "y".repeat(longestLine) + "z");
});
