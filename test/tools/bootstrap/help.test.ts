import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { helpFor } from "../../../tools/bootstrap/help.mjs";

const repository = join(import.meta.dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const commands = [...new Set(Object.values(scripts).flatMap((line) => /bootstrap\.mjs (\S+)/.exec(line)?.[1] ?? []))];

for (const command of commands) {
  test(`${command} --help says how it is called`, () => {
    assert.match(helpFor(command, ["--help"]) ?? "", /^(npm|eval).*\n[A-Z].*\./);
    assert.equal(helpFor(command, ["-h"]), helpFor(command, ["x", "--help"]));
    assert.equal(helpFor(command, ["help"]), undefined);
  });
}

test("each option in the line that says how a command is called has a line of its own", () => {
  for (const command of commands) {
    const [usage = "", ...lines] = (helpFor(command, ["--help"]) ?? "").split("\n");
    for (const [option] of usage.matchAll(/--[a-z][a-z-]*/g))
      assert.ok(
        lines.some((line) => line.startsWith(`  ${option}`)),
        `${command} ${option}`,
      );
  }
});

test("npm start -- --help starts nothing", async () => {
  const { stdout, exitCode } = await execa("npm", ["start", "-s", "--", "--help"], { cwd: repository });
  assert.equal(exitCode, 0);
  assert.equal(stdout, helpFor("start", ["--help"]));
});
