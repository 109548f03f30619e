import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findBuilder } from "../../../../core/build/builder/builder.ts";
import {
  AGENT_BUILDER_VERSION,
  agentBuilderElements,
  builderElements,
  BUILDER_VERSION,
} from "../../../../core/recipe/builder.ts";
import { elementFacts } from "../../../../core/recipe/element-facts.ts";

const needs = "needs ironic-python-agent-builder on PATH";

test("the installed builders are of the versions that fingerprints name, and both commands are found", async (t) => {
  const builder = await findBuilder(process.env["PATH"] ?? "", "deploy");
  if (builder === undefined) return t.skip(needs);
  assert.deepEqual(builder.versions, {
    "diskimage-builder": BUILDER_VERSION,
    "ironic-python-agent-builder": AGENT_BUILDER_VERSION,
  });
  for (const name of ["ironic-python-agent-builder", "disk-image-create"])
    assert.ok(existsSync(builder.scripts[name] ?? ""), name);
});

test("the shipped list of elements is that of the installed ironic-python-agent-builder", async (t) => {
  const builder = await findBuilder(process.env["PATH"] ?? "", "deploy");
  if (builder?.environment === undefined) return t.skip(needs);
  const directory = join(builder.environment, "share/ironic-python-agent-builder/dib");
  const lines = (name: string, file: string): string[] => {
    const path = join(directory, name, file);
    if (!existsSync(path)) return [];
    const words = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return [...new Set(words)].sort();
  };
  const installed = Object.fromEntries(
    readdirSync(directory).map((name) => [
      name,
      {
        deps: lines(name, "element-deps"),
        provides: lines(name, "element-provides"),
        hooks: elementFacts(join(directory, name)).hooks,
      },
    ]),
  );
  const shipped = Object.fromEntries([...agentBuilderElements].filter(([name]) => !builderElements.has(name)));
  assert.deepEqual(shipped, installed);
});
