import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { findOnPath, versionOf } from "../../../../tools/pulumi/executables.ts";
import { compareVersions, parseVersion } from "../../../../tools/pulumi/versions.ts";
import { needsEngine, project, realEngine } from "./project.ts";

const engine = realEngine();
const skip = engine === undefined ? needsEngine : false;

const program = `
import * as pulumi from "@pulumi/pulumi";
const config: pulumi.Config = new pulumi.Config();
export const greeting: string = config.require("greeting");
export const password = config.requireSecret("password");
export const passwordArrived = pulumi.unsecret(password.apply((value) => value === "hunter2"));
export const where = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), pulumi.getRootDirectory() === process.cwd()];
export const node = [process.title, process.env.PULUMI_NODEJS_PARALLEL, process.env.PULUMI_CONFIG_SECRET_KEYS];
console.log("dry run:", pulumi.runtime.isDryRun());
console.error("said on its stderr");
`;

test(
  "a program gets its configuration, its stack and its node arguments, and its words and outputs come out",
  { skip },
  async (t) => {
    const { start } = await project(t, engine ?? "", {
      program,
      options: { nodeargs: "--title='two words' --no-warnings" },
    });
    await start(["config", "set-all", "--plaintext", "greeting=good day", "--secret", "password=hunter2"]);
    const up = await start(["up", "--yes", "--parallel", "3"]);
    assert.equal(up.exitCode, 0, up.all);
    for (const words of ["dry run: true", "dry run: false", "said on its stderr"])
      assert.match(up.all, new RegExp(words));
    assert.doesNotMatch(up.all, /hunter2|warning: using/);
    assert.deepEqual(JSON.parse((await start(["stack", "output", "--json"])).stdout), {
      greeting: "good day",
      password: "[secret]",
      passwordArrived: true,
      where: ["organization", "p", "dev", true],
      node: ["two words", "3", '["p:password"]'],
    });
  },
);

const sentence =
  /error: this program needs Node \S+ \(engines\.node in its package\.json\), but the first node on PATH is v\S+ \(\S+\): put a newer one first on PATH\n/;

test("a program that fails, or cannot start, says why in as few words as it takes", { skip }, async (t) => {
  const { start, write } = await project(t, engine ?? "", { program });
  for (const [files, expected, unexpected] of [
    [{ program: "process.exit(7);" }, /error: .*Program exited with non-zero exit code: 7\n/, /exit code: 32/],
    [
      { program: 'import { RunError } from "@pulumi/pulumi"; throw new RunError("eight mistakes");' },
      /error: eight mistakes\n/,
      /exit code|RunError/,
    ],
    [
      { program, options: { nodeargs: true } },
      /error: Pulumi\.yaml: runtime\.options\.nodeargs must be a string\n/,
      /unhandled/,
    ],
    [{ program, engines: ">=99" }, sentence, /unhandled|ERR_/],
  ] as const) {
    write(files);
    const preview = await start(["preview"]);
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.all, expected);
    assert.doesNotMatch(preview.all, unexpected);
  }
});

test("a Node before 22.18 first on PATH gets one sentence, not ERR_UNKNOWN_FILE_EXTENSION", { skip }, async (t) => {
  const old = await olderNode();
  if (old === undefined) return t.skip("needs a Node older than 22.18 on PATH");
  const { start } = await project(t, engine ?? "", { program });
  const preview = await start(["preview"], { firstOnPath: dirname(old) });
  assert.notEqual(preview.exitCode, 0);
  assert.match(preview.all, sentence);
  assert.doesNotMatch(preview.all, /unhandled|ERR_/);
});

test("the engine learns the plugins that a program's packages name", { skip }, async (t) => {
  const { start } = await project(t, engine ?? "", { program: "export const x = 1;" });
  const about = JSON.parse((await start(["about", "--json"])).stdout);
  assert.ok(
    about.plugins.some(
      (plugin: { name: string; version: string }) => plugin.name === "openstack" && plugin.version === "3.15.2",
    ),
  );
  assert.deepEqual(about.runtime, {
    language: "nodejs",
    executable: process.execPath,
    version: process.version,
    packagemanager: "npm",
  });
  assert.deepEqual(about.dependencies, [{ name: "@pulumi/pulumi", version: "3.259.0" }]);
});

test("pulumi install streams npm's words, and fails with its exit code (fixture npm)", { skip }, async (t) => {
  const { start } = await project(t, engine ?? "", { program });
  const firstOnPath = fileURLToPath(new URL("../../../fixtures/pulumi/", import.meta.url));
  const good = await start(["install", "--no-plugins"], { firstOnPath });
  assert.equal(good.exitCode, 0, good.all);
  for (const words of ["npm got: install --loglevel=error", "npm warns", "Finished installing dependencies"])
    assert.match(good.all, new RegExp(words));
  const bad = await start(["install", "--no-plugins"], { firstOnPath, environment: { FIXTURE_NPM_EXIT: "3" } });
  assert.notEqual(bad.exitCode, 0);
  assert.match(bad.all, /npm install failed in \S+ with exit code 3/);
});

async function olderNode(): Promise<string | undefined> {
  for (const node of findOnPath("node", process.env["PATH"])) {
    const version = await versionOf(node, ["--version"], process.env);
    if (version !== undefined && compareVersions(parseVersion(version) ?? [], [22, 18, 0]) < 0) return node;
  }
  return undefined;
}
