import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../..");

interface Seen {
  readonly before: Record<string, boolean>;
  readonly text: string;
  /** Whether source-map-support looks stack traces up. */
  readonly mapped: boolean;
  readonly normalized: string;
  readonly after: Record<string, boolean>;
}

// A CommonJS module that was really loaded is a Module; what stands in for one is not.
const script = `
const Module = require("node:module");
const isLoaded = (name) => require.cache[require.resolve(name)] instanceof Module;
const names = ["typescript", "@npmcli/arborist", "normalize-package-data"];
const all = () => Object.fromEntries(names.map((name) => [name, isLoaded(name)]));
const own = Error.prepareStackTrace;
require("source-map-support/register");
const mapped = Error.prepareStackTrace !== own;
const normalize = () => {
  const data = { name: " spaced ", version: "1.0.0" };
  const required = require("normalize-package-data");
  (required.default ?? required)(data);
  return data.name;
};
const { runtime } = require("@pulumi/pulumi");
const before = all();
const word = "captured";
runtime.serializeFunction(() => word).then(({ text }) => console.log(JSON.stringify({ before, text, mapped, normalized: normalize(), after: all() })));
`;

/** Runs a script that has the place of one of the SDK's commands, or not, with the real SDK. */
async function run(t: TestContext, file: string): Promise<Seen> {
  const directory = temporaryDirectory(t);
  await symlink(path.join(repository, "node_modules"), path.join(directory, "node_modules"));
  const command = path.join(directory, file);
  await mkdir(path.dirname(command), { recursive: true });
  await writeFile(command, script);
  const args = ["--import", path.join(repository, "providers/lazy-sdk.ts"), command];
  return JSON.parse((await execa(process.execPath, args, { cwd: directory })).stdout) as Seen;
}

test("the SDK of a program loads neither the compiler nor what reads packages until a function is turned into text, and then it works; nothing looks up source maps", async (t) => {
  const { before, text, mapped, normalized, after } = await run(t, "@pulumi/pulumi/cmd/run/index.js");
  assert.deepEqual(before, { typescript: false, "@npmcli/arborist": false, "normalize-package-data": false });
  assert.match(text, /captured/);
  assert.equal(after["typescript"], true);
  assert.deepEqual([mapped, normalized], [false, "spaced"]);
});

test("in any other process nothing is postponed", async (t) => {
  const { before, mapped } = await run(t, "any/program.js");
  assert.equal(mapped, true);
  assert.deepEqual(before, { typescript: true, "@npmcli/arborist": true, "normalize-package-data": true });
});
