import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { builderElements, BUILDER_VERSION, distributionsFromBaseImage } from "../../../core/recipe/builder.ts";
import { elementFacts } from "../../../core/recipe/element-facts.ts";
import { elementGraph } from "../../../core/recipe/element-graph.ts";
import { elementName } from "../../../core/recipe/text.ts";
import { installedBuilder } from "./installed-builder.ts";

test("the shipped list of elements is that of the installed diskimage-builder", (t) => {
  const builder = installedBuilder();
  if (builder === undefined) return t.skip("needs an installed diskimage-builder");
  assert.ok(
    existsSync(join(dirname(builder), `diskimage_builder-${BUILDER_VERSION}.dist-info`)),
    `the builder is not ${BUILDER_VERSION}`,
  );
  const directory = join(builder, "elements");
  const names = readdirSync(directory, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith("_"),
  );
  const lines = (name: string, file: string) => {
    const path = join(directory, name, file);
    return existsSync(path)
      ? [
          ...new Set(
            readFileSync(path, "utf8")
              .split("\n")
              .map((line) => line.trim())
              .filter(Boolean),
          ),
        ].sort()
      : [];
  };
  const installed = names.map(({ name }) => {
    const said = { deps: lines(name, "element-deps"), provides: lines(name, "element-provides") };
    return [name, { ...said, hooks: elementFacts(join(directory, name)).hooks }] as const;
  });
  const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  assert.deepEqual([...builderElements].sort(byName), installed.sort(byName));
});

test("every element of the builder has a name that a recipe may say", () => {
  assert.ok(builderElements.size > 100);
  for (const name of [...builderElements.keys(), ...distributionsFromBaseImage])
    assert.match(name, elementName.pattern);
});

const facts = (name: string) => builderElements.get(name);

test("elements bring in those that they depend on, however deep", () => {
  const { names, missing, clashes, hasOperatingSystem } = elementGraph(["base", "debian", "baremetal"], facts);
  for (const name of ["debian", "debian-minimal", "debootstrap", "dpkg", "manifests", "baremetal", "base"])
    assert.ok(names.includes(name), name);
  assert.deepEqual([missing, clashes, hasOperatingSystem], [[], [], true]);
});

test("what one element provides need not exist as an element", () => {
  const own = { deps: ["operating-system", "block-device"], provides: [], hooks: [] };
  const graph = elementGraph(["ubuntu", "vm", "own", "block-device-efi"], (name) =>
    name === "own" ? own : facts(name),
  );
  assert.deepEqual(graph.missing, []);
  assert.equal(graph.names.includes("block-device"), false);
});

test("elements that depend on each other in a circle are followed once", () => {
  const circle = new Map([
    ["a", { deps: ["b"], provides: ["operating-system"], hooks: [] }],
    ["b", { deps: ["a"], provides: [], hooks: [] }],
  ]);
  assert.deepEqual(elementGraph(["a"], (name) => circle.get(name)).names, ["a", "b"]);
});
