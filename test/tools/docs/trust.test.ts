import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { badImages } from "../../../tools/docs/bad-images.ts";
import { gates } from "../../../tools/docs/trust-gates.ts";
import { testedRules } from "../../../tools/docs/trust.ts";
import { projectDirectory } from "../../../tools/paths.ts";
import { project } from "../../core/recipe/project.ts";

const sources = ["core", "components"].flatMap((directory) =>
  readdirSync(join(projectDirectory, directory), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(projectDirectory, directory, path), "utf8")),
);

for (const gate of gates) {
  test(`${gate.title} Each rule has a source, is in the program, and a test names it`, () => {
    for (const { name, source, test: found, severity } of testedRules(projectDirectory, gate)) {
      assert.notEqual(source, "", name);
      assert.ok(found, `no file below test/ names the rule ${name}`);
      if (severity === "always") continue;
      const isThere = sources.some((text) => text.includes(`"${name}"`) || text.includes(`${name}: "`));
      assert.ok(isThere, `nothing in core or components is called ${name}`);
    }
  });
}

test("no rule stands in the tables twice", () => {
  const names = gates.flatMap(({ rules }) => rules.map(({ name }) => name));
  assert.deepEqual(names.length, new Set(names).size);
});

for (const { what, test: path, title } of badImages) {
  test(`${what}: stands in ${path}`, () => {
    assert.ok(readFileSync(join(projectDirectory, path), "utf8").includes(title), title);
  });
}

test("a rule is found by its whole name only, in the nearest test that has it", (t) => {
  const directory = project(t, {
    "test/a.test.ts": "no-table-at-all",
    "test/b.test.ts": '"no-table"',
    "test/near/c.test.ts": "(no-table)",
    "test/tools/docs/d.test.ts": "never-tested",
  });
  const rule = (name: string) => ({ name, severity: "error", source: "somewhere" }) as const;
  const rules = [rule("no-table"), rule("never-tested")];
  assert.deepEqual(
    testedRules(directory, { rules, near: /^test\/near\// }).map(({ test: found }) => found),
    ["test/near/c.test.ts", undefined],
  );
});
