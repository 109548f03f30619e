import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { installDependencies, npmArguments } from "../../../../tools/pulumi/language-host/install.mjs";
import { splitWords } from "../../../../tools/pulumi/language-host/options.mjs";
import { findPlugins, pluginOf, programDependencies } from "../../../../tools/pulumi/language-host/packages.mjs";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

for (const [text, words] of [
  ["", []],
  ["  --a  --b=c ", ["--a", "--b=c"]],
  ["--title='two words'", ["--title=two words"]],
  [`"a 'b' \\"c\\"" d\\ e`, [`a 'b' "c"`, "d e"]],
  [`'\\n' "\\n"`, ["\\n", "\\n"]],
  [`'' ""`, ["", ""]],
] as const) {
  test(`nodeargs ${JSON.stringify(text)} is split as a shell would`, () => assert.deepEqual(splitWords(text), words));
}

test("nodeargs with an unclosed quote is refused", () => assert.throws(() => splitWords("a 'b"), /unclosed '/));

for (const [title, manifest, plugin] of [
  [
    "a package of the @pulumi scope",
    { name: "@pulumi/x", version: "1.2.3", pulumi: { resource: true } },
    ["x", "v1.2.3", ""],
  ],
  [
    "a package that gives name, version and server",
    {
      name: "y",
      version: "1.0.0",
      pulumi: { resource: true, name: "z", version: "v2.0.0", server: "https://example.org" },
    },
    ["z", "v2.0.0", "https://example.org"],
  ],
  [
    "a package of another scope without a plugin name",
    { name: "@other/x", version: "1.0.0", pulumi: { resource: true } },
    undefined,
  ],
  [
    "a package that is only for components",
    { name: "@pulumi/x", version: "1.0.0", pulumi: { resource: false } },
    undefined,
  ],
  ["any other package", { name: "x", version: "1.0.0" }, undefined],
] as const) {
  test(`${title} ${plugin === undefined ? "names no plugin" : `names plugin ${plugin[0]}`}`, () => {
    const found = pluginOf(manifest);
    assert.deepEqual(found && [found.name, found.version, found.server], plugin);
  });
}

test("plugins are found below every node_modules, nested, linked and hidden ones too, but not in policy packs or twice", (t) => {
  const directory = tree(t, {
    "package.json": { name: "@pulumi/program", version: "1.0.0", pulumi: { resource: true } },
    "node_modules/@pulumi/a/package.json": { name: "@pulumi/a", version: "1.0.0", pulumi: { resource: true } },
    "node_modules/@pulumi/a/node_modules/b/package.json": {
      name: "b",
      version: "1.0.0",
      pulumi: { resource: true, name: "b" },
    },
    "node_modules/.store/c/package.json": { name: "c", version: "1.0.0", pulumi: { resource: true, name: "c" } },
    "node_modules/broken/package.json": "pulumi {",
    "policy/PulumiPolicy.yaml": "runtime: nodejs",
    "policy/node_modules/d/package.json": { name: "d", version: "1.0.0", pulumi: { resource: true, name: "d" } },
    ".cache/node_modules/e/package.json": { name: "e", version: "1.0.0", pulumi: { resource: true, name: "e" } },
    "node_modules/@pulumi/pulumi/package.json": { name: "@pulumi/pulumi", version: "3.259.0" },
  });
  symlinkSync(".store/c", join(directory, "node_modules", "c"));
  symlinkSync("..", join(directory, "node_modules", "round"));
  const { plugins, sdks } = findPlugins(directory);
  assert.deepEqual(plugins.map((plugin: { name: string }) => plugin.name).sort(), ["a", "b", "c"]);
  assert.deepEqual(
    sdks.map((sdk: { version: string }) => sdk.version),
    ["3.259.0"],
  );
});

test("a program's dependencies are what it asks for, as installed, or all that its lock file has", (t) => {
  const directory = tree(t, {
    "package.json": { dependencies: { a: "^1.0.0" }, devDependencies: { "@s/b": "*" } },
    "node_modules/a/package.json": { version: "1.2.3" },
    "package-lock.json": {
      packages: {
        "": { version: "9" },
        "node_modules/a": { version: "1.2.3" },
        "node_modules/a/node_modules/@s/b": { version: "2.0.0" },
      },
    },
  });
  assert.deepEqual(programDependencies(directory, false), [
    { name: "a", version: "1.2.3" },
    { name: "@s/b", version: "" },
  ]);
  assert.deepEqual(programDependencies(directory, true), [
    { name: "a", version: "1.2.3" },
    { name: "@s/b", version: "2.0.0" },
  ]);
});

test("npm installs exactly the lock file where there is one", (t) => {
  const directory = tree(t, { "package.json": {} });
  assert.equal(npmArguments(directory)[0], "install");
  writeFileSync(join(directory, "package-lock.json"), "{}");
  assert.equal(npmArguments(directory)[0], "ci");
});

test("an installation streams npm's output, and fails with one sentence", async (t) => {
  const written: string[] = [];
  const write = (stream: string, chunk: string | Buffer) => written.push(`${stream}: ${chunk}`);
  const good = tree(t, {
    "package.json": { name: "p", version: "1.0.0", scripts: { install: "echo said by a script" } },
  });
  await installDependencies({ directory: good, packagemanager: "auto", write });
  assert.equal(written.at(0), "stdout: Installing dependencies...\n\n");
  assert.equal(written.at(-1), "stdout: Finished installing dependencies\n\n");
  const bad = tree(t, { "package.json": "not json" });
  await assert.rejects(
    installDependencies({ directory: bad, packagemanager: "npm", write }),
    /^Error: npm install failed in .* with exit code \d+$/,
  );
  assert.ok(written.some((line) => line.startsWith("stderr: ") && line.includes("JSON")));
  await assert.rejects(
    installDependencies({ directory: good, packagemanager: "yarn", write }),
    /installs with npm only, not with yarn/,
  );
});

test("the host answers its version, and says in one sentence that a project has no SDK", async (t) => {
  const main = fileURLToPath(new URL("../../../../tools/pulumi/language-host/main.mjs", import.meta.url));
  const directory = tree(t, { "package.json": {} });
  const run = (...args: string[]) =>
    execa(process.execPath, [main, ...args], { cwd: directory, stdin: "ignore", reject: false });
  assert.equal((await run("-version")).stdout, "v3.259.0");
  const { exitCode, stdout, stderr } = await run("127.0.0.1:1");
  assert.deepEqual([exitCode, stdout], [1, ""]);
  assert.match(stderr, /^The Pulumi SDK is not installed in this project: run `npm ci` .* there first\.$/);
});

/** A directory with these files; what is not text is written as JSON. */
function tree(t: TestContext, files: Record<string, unknown>): string {
  const directory = temporaryDirectory(t);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return directory;
}
