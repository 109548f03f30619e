import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { removeDeadLocks } from "../../../tools/start/stack-lock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("only the lock of a dead process of this machine goes", async (t) => {
  const state = temporaryDirectory(t);
  const directory = join(state, ".pulumi/locks/organization/ironic-images/local");
  mkdirSync(directory, { recursive: true });
  const dead = execa("true");
  await dead;
  const locks = {
    dead: { pid: dead.pid, hostname: hostname() },
    alive: { pid: process.pid, hostname: hostname() },
    elsewhere: { pid: dead.pid, hostname: "another" },
    odd: {},
  };
  for (const [name, content] of Object.entries(locks))
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(content));
  removeDeadLocks(state);
  assert.deepEqual(
    Object.keys(locks).filter((name) => existsSync(join(directory, `${name}.json`))),
    ["alive", "elsewhere", "odd"],
  );
});

test("a backend without locks is fine", (t) => removeDeadLocks(temporaryDirectory(t)));
