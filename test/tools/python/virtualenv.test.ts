import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { execa } from "execa";
import { findPython } from "../../../tools/python/interpreter.ts";
import { lockFile, virtualenvDirectory } from "../../../tools/python/lock-file.ts";
import { ensureVirtualenv, findVirtualenv, pipArguments, uvArguments } from "../../../tools/python/virtualenv.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = join(import.meta.dirname, "../../..");

/** A cache in which uv is there already: the fixture. */
async function cacheWithFixtureUv(t: TestContext) {
  const root = temporaryDirectory(t);
  const [cacheDirectory, lockDirectory, state] = ["cache dir", "locks", "state"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [cacheDirectory, lockDirectory, state]) mkdirSync(directory);
  for (const name of ["uv", "builder"]) writeFileSync(join(lockDirectory, `${name}.lock.txt`), `# ${name}\n`);
  const python = await findPython();
  const uv = virtualenvDirectory(lockFile("uv", lockDirectory), cacheDirectory);
  await execa(python.executable, ["-m", "venv", "--without-pip", uv]);
  copyFileSync(join(repository, "test/fixtures/bin/uv-killed-once"), join(uv, "bin/uv"));
  writeFileSync(join(uv, ".complete"), `${python.version}\n`);
  return {
    cacheDirectory,
    lockDirectory,
    state,
    target: virtualenvDirectory(lockFile("builder", lockDirectory), cacheDirectory),
  };
}

test("a virtualenv whose installation was killed (fixture uv) is made anew, and then left alone", async (t) => {
  const { cacheDirectory, lockDirectory, state, target } = await cacheWithFixtureUv(t);
  const options = { name: "builder", cacheDirectory, lockDirectory } as const;
  const program = `import { ensureVirtualenv } from ${JSON.stringify(join(repository, "tools/python/virtualenv.ts"))};
await ensureVirtualenv(${JSON.stringify(options)});`;
  const killed = await execa(process.execPath, ["--input-type=module", "--eval", program], {
    reject: false,
    env: { STATE: state },
  });
  assert.equal(killed.signal, "SIGKILL", killed.stderr);
  assert.ok(existsSync(join(target, "packages-half")), "it was in the middle");

  assert.equal(await ensureVirtualenv({ ...options, environment: { ...process.env, STATE: state } }), target);
  assert.ok(existsSync(join(target, "packages")));
  assert.ok(!existsSync(join(target, "packages-half")), "nothing of the first attempt is left");

  rmSync(join(target, "packages"));
  await ensureVirtualenv({ ...options, environment: { ...process.env, STATE: state } });
  assert.ok(!existsSync(join(target, "packages")), "a finished one is not touched");
});

test("a virtualenv (fixture uv) whose Python has gone is made anew", async (t) => {
  const { cacheDirectory, lockDirectory, state, target } = await cacheWithFixtureUv(t);
  writeFileSync(join(state, "killed"), "");
  const options = {
    name: "builder",
    cacheDirectory,
    lockDirectory,
    environment: { ...process.env, STATE: state },
  } as const;
  await ensureVirtualenv(options);
  rmSync(join(target, "packages"));
  for (const name of readdirSync(join(target, "bin")).filter((entry) => entry.startsWith("python"))) {
    rmSync(join(target, "bin", name));
    symlinkSync("/nonexistent/python", join(target, "bin", name));
  }
  await ensureVirtualenv(options);
  assert.ok(existsSync(join(target, "packages")));
});

test("a failing installer is told with its last lines", async (t) => {
  const { cacheDirectory, lockDirectory } = await cacheWithFixtureUv(t);
  const uv = join(virtualenvDirectory(lockFile("uv", lockDirectory), cacheDirectory), "bin/uv");
  writeFileSync(uv, "#!/bin/sh\necho 'no such package' >&2\nexit 2\n");
  await assert.rejects(ensureVirtualenv({ name: "builder", cacheDirectory, lockDirectory }), {
    code: "virtualenv-failed",
    details: "no such package",
  });
  assert.equal(await findVirtualenv("builder", cacheDirectory), undefined);
});

test("both installers check hashes and add nothing of their own", () => {
  const lock = { name: "builder", path: "/l.txt", digest: "0" } as const;
  for (const args of [pipArguments(lock), uvArguments(lock, "/v", [])]) {
    assert.ok(args.includes("--require-hashes") && args.includes("--no-deps"));
    assert.deepEqual(args.slice(-2), ["--requirement", "/l.txt"]);
  }
});
