import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AGENT_BUILDER_VERSION, BUILDER_VERSION } from "../../../core/recipe/builder.ts";
import { lockFile, lockNames, virtualenvDirectory } from "../../../tools/python/lock-file.ts";

const text = (name: (typeof lockNames)[number]) => readFileSync(lockFile(name).path, "utf8");

for (const name of lockNames) {
  test(`${name}.lock.txt pins every package by version and hash, and names no index`, () => {
    const entries = text(name)
      .replaceAll("\\\n", " ")
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.startsWith("#"));
    assert.ok(entries.length > 0);
    for (const entry of entries)
      assert.match(entry, /^[\w.-]+(\[[\w,]+\])?==[\w.]+( ; [^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+$/);
  });

  test(`${name}.lock.txt holds what ${name}.in asks for`, () => {
    const asked = readFileSync(lockFile(name).path.replace(".lock.txt", ".in"), "utf8").trim().split("\n");
    for (const requirement of asked) assert.ok(text(name).includes(`${requirement} `), requirement);
  });
}

test("the builders that are installed are those that fingerprints name", () => {
  assert.ok(text("builder").includes(`diskimage-builder==${BUILDER_VERSION} `));
  assert.ok(text("agent-builder").includes(`diskimage-builder==${BUILDER_VERSION} `));
  assert.ok(text("agent-builder").includes(`ironic-python-agent-builder==${AGENT_BUILDER_VERSION} `));
});

test("both builders come with the same Python packages", () => {
  const packages = (name: (typeof lockNames)[number]) => text(name).match(/^[\w.-]+==\S+/gm) ?? [];
  const own = ["ironic-python-agent-builder", "pip"];
  assert.deepEqual(
    packages("agent-builder").filter((entry) => !own.includes(entry.split("==")[0] ?? "")),
    packages("builder"),
  );
});

test("another lock file is another virtualenv", () => {
  const lock = { name: "cloud", path: "x", digest: "0123456789ab" } as const;
  assert.equal(virtualenvDirectory(lock, "/cache"), join("/cache", "python", "cloud-0123456789ab"));
});
