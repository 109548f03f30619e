import assert from "node:assert/strict";
import { test } from "node:test";
import { lastLines, textTable } from "../../tools/text.ts";

test("a table has columns of equal width and no blanks at its right", () => {
  assert.equal(
    textTable([
      ["a", "b", "c"],
      ["long", "x", ""],
    ]),
    "a     b  c\nlong  x",
  );
});

test("the last lines of a text are kept, without what is empty around it", () => {
  assert.equal(lastLines("1\n2\n3\n\n", 2), "2\n3");
});
