import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isInstalled, npm } from "../../../tools/bootstrap/dependencies.mjs";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const a = { version: "1.0.0", integrity: "sha512-a" };
const native = { version: "2.0.0", integrity: "sha512-n", optional: true };
const lock = { "": { name: "x" }, "node_modules/a": a, "node_modules/native": native };

for (const [title, installed, expected] of [
  ["what the lock file says is installed", { "node_modules/a": a, "node_modules/native": native }, true],
  ["an optional package of another platform may be absent", { "node_modules/a": a }, true],
  ["a package is missing", { "node_modules/native": native }, false],
  ["another version is installed", { "node_modules/a": { ...a, version: "1.0.1" } }, false],
  ["other bytes are installed under the same version", { "node_modules/a": { ...a, integrity: "sha512-b" } }, false],
  ["a package too many is installed", { "node_modules/a": a, "node_modules/b": a }, false],
  ["the installation was interrupted", undefined, false],
] as const) {
  test(`${title}: ${expected ? "nothing to do" : "npm ci"}`, (t) => {
    const project = temporaryDirectory(t);
    mkdirSync(join(project, "node_modules"));
    writeFileSync(join(project, "package-lock.json"), JSON.stringify({ packages: lock }));
    if (installed !== undefined)
      writeFileSync(join(project, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
    assert.equal(isInstalled(project), expected);
  });
}

test("the npm that runs us is used, another package manager is not", () => {
  assert.deepEqual(npm({ npm_execpath: "/x/npm-cli.js" }), { command: process.execPath, first: ["/x/npm-cli.js"] });
  assert.deepEqual(npm({ npm_execpath: "/x/yarn.js" }), { command: "npm", first: [] });
  assert.deepEqual(npm({}), { command: "npm", first: [] });
});
