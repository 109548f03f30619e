import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const main = fileURLToPath(new URL("../../../tools/try/main.ts", import.meta.url));

for (const [what, args, message] of [
  ["without a recipe", [], /^ironic-images: npm run try -- RECIPE \[--no-boot\]; recipes: .*debian-partition/],
  ["with two recipes", ["debian-partition", "debian-whole-disk"], /^ironic-images: npm run try -- RECIPE/],
  ["with an unknown option", ["debian-partition", "--fast"], /--fast[^]*npm run try -- RECIPE/],
  [
    "with a recipe that is not there",
    ["debian-partitoin"],
    /^ironic-images: recipe debian-partitoin: there is no recipes\/debian-partitoin\.yaml.*debian-partition/,
  ],
] as const) {
  test(`try ${what} says in one message what is wrong, and exits with 1`, async () => {
    const { exitCode, stderr, stdout } = await execa(process.execPath, [main, ...args], { reject: false });
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
  });
}
