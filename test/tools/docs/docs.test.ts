import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import { allowedVariables } from "../../../core/recipe/environment.ts";
import { recipeFields } from "../../../core/recipe/schema.ts";
import { buildFields, userImageFields } from "../../../core/recipe/stack-schema.ts";
import { builtTable, readBuilt } from "../../../tools/docs/built.ts";
import { recipeJsonSchema, stackJsonSchema } from "../../../tools/docs/json-schema.ts";
import { generatedPages } from "../../../tools/docs/pages.ts";
import { projectDirectory } from "../../../tools/paths.ts";
import { project } from "../../core/recipe/project.ts";

for (const [path, text] of Object.entries(generatedPages(projectDirectory))) {
  test(`${path} is what the schemas say; if not, run npm run docs`, () => {
    assert.equal(readFileSync(join(projectDirectory, path), "utf8"), text);
  });
}

test("--check says nothing of pages that are up to date", async () => {
  const { stdout, stderr } = await execa(process.execPath, [join(projectDirectory, "tools/docs/main.ts"), "--check"]);
  assert.deepEqual([stdout, stderr], ["", ""]);
});

test("--check fails for a stale page and writes nothing, without it the page is written", async (t) => {
  const directory = project(t, { "docs/reference.md": "old\n" });
  const run = (...flags: string[]) =>
    execa(process.execPath, [join(projectDirectory, "tools/docs/main.ts"), ...flags, directory], { reject: false });
  const checked = await run("--check");
  assert.equal(checked.exitCode, 1);
  assert.match(checked.stderr, /^docs\/reference\.md is stale: run npm run docs$/m);
  assert.equal(readFileSync(join(directory, "docs/reference.md"), "utf8"), "old\n");
  assert.equal((await run()).exitCode, 0);
  assert.equal((await run("--check")).exitCode, 0);
});

test("the reference names every field and every variable", () => {
  const reference = generatedPages(projectDirectory)["docs/reference.md"] ?? "";
  for (const name of [
    ...Object.keys(recipeFields),
    ...Object.keys(userImageFields),
    ...Object.keys(buildFields),
    ...Object.keys(allowedVariables),
  ]) {
    assert.ok(reference.includes(`| \`${name}\` |`), name);
  }
});

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | false;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly pattern?: string;
}

test("editors complete a recipe: keys, values, defaults, variables, and no key beside them", () => {
  const schema = recipeJsonSchema() as Node;
  assert.deepEqual(Object.keys(schema.properties ?? {}), Object.keys(recipeFields));
  assert.deepEqual(schema.required, ["kind", "distribution", "release"]);
  assert.equal(schema.additionalProperties, false);
  assert.deepEqual(schema.properties?.["firmware"]?.enum, ["uefi", "bios"]);
  assert.deepEqual(schema.properties?.["elements"]?.default, ["dhcp-all-interfaces"]);
  assert.deepEqual(Object.keys(schema.properties?.["environment"]?.properties ?? {}), Object.keys(allowedVariables));
  assert.equal(schema.properties?.["environment"]?.additionalProperties, false);
});

test("editors complete a stack under the keys that Pulumi has", () => {
  const config = (stackJsonSchema() as Node).properties?.["config"]?.properties;
  const entry = config?.["ironic-images:userImages"]?.additionalProperties;
  assert.ok(entry);
  assert.deepEqual(Object.keys(entry.properties ?? {}), Object.keys(userImageFields));
  assert.equal(entry.properties?.["name"]?.default, undefined);
  assert.equal(entry.properties?.["overrides"]?.properties?.["kind"], undefined);
  assert.deepEqual(Object.keys(config?.["ironic-images:build"]?.properties ?? {}), Object.keys(buildFields));
});

const shippedFiles = ["recipes", "stacks"].flatMap((directory) =>
  readdirSync(join(projectDirectory, directory)).map((file) => `${directory}/${file}`),
);

for (const file of shippedFiles) {
  test(`an editor marks nothing in ${file}, and a key too many`, () => {
    const { schema, extra } = file.startsWith("recipes/")
      ? { schema: z.fromJSONSchema(recipeJsonSchema()), extra: { relase: "x" } }
      : { schema: z.fromJSONSchema(stackJsonSchema()), extra: { config: { "ironic-images:userImage": {} } } };
    const content = parse(readFileSync(join(projectDirectory, file), "utf8")) as object;
    assert.deepEqual(schema.safeParse(content).error?.issues ?? [], []);
    assert.equal(schema.safeParse({ ...content, ...extra }).success, false);
  });
}

test("the table of recipes says what is known, and what never was", (t) => {
  const builder = "diskimage-builder 3.43.0";
  const directory = project(t, {
    "docs/built.json": JSON.stringify({
      a: { builtAt: "2026-11-23T07:00:00.000Z", builder, booted: "2026-11-24T07:00:00.000Z" },
      b: { builtAt: "2026-11-23T07:00:00.000Z", builder, booted: true },
      c: { builtAt: "2026-11-23T07:00:00.000Z", builder, booted: false },
    }),
  });
  assert.deepEqual(builtTable(["a", "b", "c", "d"], readBuilt(directory)).split("\n").slice(2), [
    "| a | 2026-11-23, diskimage-builder 3.43.0 | 2026-11-24 |",
    "| b | 2026-11-23, diskimage-builder 3.43.0 | 2026-11-23 |",
    "| c | 2026-11-23, diskimage-builder 3.43.0 | not tried |",
    "| d | never on a test machine | never on a test machine |",
  ]);
  assert.deepEqual(readBuilt(project(t, {})), {});
});
