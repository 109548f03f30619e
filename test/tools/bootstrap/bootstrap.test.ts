import assert from "node:assert/strict";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { execa } from "execa";
import { stripsTypes } from "../../../tools/bootstrap/node.mjs";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = join(import.meta.dirname, "../../..");

/** A clone with one small command, and a package `node` that is the Node of these tests. */
function smallClone(t: TestContext): string {
  const project = join(temporaryDirectory(t), "a clone's");
  for (const path of ["tools/bootstrap.mjs", "tools/bootstrap", "tools/host"])
    cpSync(join(repository, path), join(project, path), { recursive: true });
  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(join(project, path, ".."), { recursive: true });
    writeFileSync(join(project, path), content);
    chmodSync(join(project, path), mode);
  };
  const root = { name: "clone", version: "1.0.0", dependencies: { node: "file:package" } };
  const node = { name: "node", version: "24.0.0", bin: { node: "node.sh" } };
  write("package.json", JSON.stringify({ ...root, type: "module" }));
  write("package/package.json", JSON.stringify(node));
  write("package/node.sh", `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, 0o755);
  write(
    "package-lock.json",
    JSON.stringify({
      ...root,
      lockfileVersion: 3,
      packages: { "": root, package: node, "node_modules/node": { resolved: "package", link: true } },
    }),
  );
  write(
    "tools/hello/main.ts",
    "const words: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(words));\nprocess.exitCode = 7;\n",
  );
  write(
    "tools/wait.ts",
    "process.on('SIGTERM', () => { console.log('told'); process.exit(9); });\nconsole.log('ready');\nsetTimeout(() => {}, 60000 as number);\n",
  );
  write("tools/env/main.ts", "console.log('export A=b');\n");
  return project;
}

/** A Node on PATH that cannot run TypeScript, as a distribution ships it. */
async function oldNode(): Promise<string | undefined> {
  const { stdout } = await execa("which", ["-a", "node"], { reject: false });
  for (const path of stdout.split("\n").filter((line) => line !== "")) {
    const version = (await execa(path, ["--version"], { reject: false })).stdout;
    if (!stripsTypes(version) && Number(version.slice(1).split(".")[0]) >= 18) return path;
  }
  return undefined;
}

const run = (node: string, project: string, args: readonly string[]) =>
  execa(node, [join(project, "tools/bootstrap.mjs"), ...args], { reject: false, stdin: "ignore" });

test("an old Node in a clone without node_modules installs and hands over: arguments, streams and exit code pass through", async (t) => {
  const old = await oldNode();
  if (old === undefined) return t.skip("needs a Node from 18 to 22.17 on PATH");
  const project = smallClone(t);
  const args = ["two words", "it's", "", "--flag"];
  const first = await run(old, project, ["hello", ...args]);
  assert.equal(first.exitCode, 7, first.stderr);
  assert.deepEqual(JSON.parse(first.stdout), args);
  assert.match(first.stderr, /npm ci/);
  const second = await run(old, project, ["hello"]);
  assert.equal(second.exitCode, 7);
  assert.equal(second.stderr, "", "nothing is installed again");
});

test("an old Node gets one sentence when there is no newer one", async (t) => {
  const old = await oldNode();
  if (old === undefined) return t.skip("needs a Node from 18 to 22.17 on PATH");
  const project = smallClone(t);
  assert.equal((await run(old, project, ["hello"])).exitCode, 7);
  rmSync(join(project, "node_modules/.bin/node"));
  const { exitCode, stderr, stdout } = await run(old, project, ["hello"]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^ironic-images: this is Node [\d.]+, and the program needs 22\.18 or newer: [^\n]*$/);
  assert.equal(stdout, "");
});

test("a question installs nothing: env refuses in a clone without node_modules", async (t) => {
  const project = smallClone(t);
  const { exitCode, stdout, stderr } = await run(process.execPath, project, ["env"]);
  assert.deepEqual(
    { exitCode, stdout, stderr },
    { exitCode: 1, stdout: "", stderr: "ironic-images: run `npm start` first: it installs what this needs" },
  );
  assert.ok(!existsSync(join(project, "node_modules")));
});

test("two at once install once", async (t) => {
  const project = smallClone(t);
  const both = await Promise.all([
    run(process.execPath, project, ["hello"]),
    run(process.execPath, project, ["hello"]),
  ]);
  assert.deepEqual(
    both.map(({ exitCode }) => exitCode),
    [7, 7],
  );
  assert.equal(both.filter(({ stderr }) => stderr.includes("npm ci")).length, 1);
});

test("a command that builds refuses before it installs where there is no Python", async (t) => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return t.skip("needs root on Linux");
  const project = smallClone(t);
  cpSync(join(project, "tools/hello"), join(project, "tools/start"), { recursive: true });
  const { exitCode, stderr } = await execa(process.execPath, [join(project, "tools/bootstrap.mjs"), "start"], {
    reject: false,
    env: { PATH: "/nonexistent" },
  });
  assert.equal(exitCode, 1);
  assert.match(stderr, /^ironic-images: python3 is missing: [^\n]*$/);
  assert.ok(!existsSync(join(project, "node_modules")));
});

test("a changed lock file is installed again", async (t) => {
  const project = smallClone(t);
  await run(process.execPath, project, ["hello"]);
  const path = join(project, "package-lock.json");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("24.0.0", "24.0.1"));
  writeFileSync(
    join(project, "package/package.json"),
    readFileSync(join(project, "package/package.json"), "utf8").replace("24.0.0", "24.0.1"),
  );
  assert.match((await run(process.execPath, project, ["hello"])).stderr, /npm ci/);
});

test("a signal reaches the command, and its exit code comes back", { timeout: 60_000 }, async (t) => {
  const project = smallClone(t);
  const child = execa(process.execPath, [join(project, "tools/bootstrap.mjs"), "wait"], {
    reject: false,
    stdin: "ignore",
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  while (!output.includes("ready")) await sleep(50);
  child.kill("SIGTERM");
  const { exitCode, stdout } = await child;
  assert.equal(exitCode, 9);
  assert.match(stdout, /told/);
});

for (const name of ["nothing", "../host", "", "Start"]) {
  test(`"${name}" is no command`, async (t) => {
    const { exitCode, stderr } = await run(process.execPath, smallClone(t), [name]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^ironic-images: there is no command "/);
  });
}
