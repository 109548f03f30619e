import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { acquireLock } from "../../core/lock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const lockModule = new URL("../../core/lock.ts", import.meta.url).href;

test("a lock is refused to everybody else until it is released", async (t) => {
  const path = join(temporaryDirectory(t), "some", "where", "lock");
  const first = await acquireLock(path, { wait: false });
  assert.ok(first);
  assert.equal(await acquireLock(path, { wait: false }), undefined);
  first.release();
  first.release();
  assert.ok(existsSync(path));
  const second = await acquireLock(path, { wait: false });
  assert.ok(second);
  second.release();
});

test("that a lock is held is seen without running flock; whether it can be had says flock", async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, "lock");
  const first = await acquireLock(path, { wait: true });
  const { PATH } = process.env;
  t.after(() => (process.env["PATH"] = PATH));
  process.env["PATH"] = directory;
  for (const shared of [false, true]) assert.equal(await acquireLock(path, { wait: false, shared }), undefined);
  first.release();
  await assert.rejects(acquireLock(path, { wait: false }), { code: "host-tool-missing" });
  process.env["PATH"] = PATH;
  const shared = await acquireLock(path, { wait: false, shared: true });
  const too = await acquireLock(path, { wait: false, shared: true });
  assert.ok(shared && too);
  assert.equal(await acquireLock(path, { wait: false }), undefined);
  shared.release();
  too.release();
});

test("one who waits gets the lock when it is released, and not before", async (t) => {
  const path = join(temporaryDirectory(t), "lock");
  const first = await acquireLock(path, { wait: true });
  let released = false;
  const waiting = acquireLock(path, { wait: true }).then((lock) => {
    assert.ok(released);
    lock.release();
  });
  await sleep(200);
  released = true;
  first.release();
  await waiting;
});

test("waiting ends with the reason of the signal, and leaves no waiter that takes the lock later", async (t) => {
  const path = join(temporaryDirectory(t), "lock");
  const first = await acquireLock(path, { wait: true });
  const reason = new Error("enough");
  const controller = new AbortController();
  const waiting = acquireLock(path, { wait: true, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 100);
  await assert.rejects(waiting, reason);
  first.release();
  const second = await acquireLock(path, { wait: false });
  assert.ok(second);
  second.release();
});

test("a lock dies with its process, also by SIGKILL", async (t) => {
  const path = join(temporaryDirectory(t), "lock");
  const program = `
    const { acquireLock } = await import(${JSON.stringify(lockModule)});
    await acquireLock(${JSON.stringify(path)}, { wait: true });
    console.log("held");
    setInterval(() => {}, 1000);`;
  const holder = execa(process.execPath, ["--input-type=module", "--eval", program], { reject: false });
  await once(holder.stdout, "data");
  assert.equal(await acquireLock(path, { wait: false }), undefined);
  holder.kill("SIGKILL");
  await holder;
  const lock = await acquireLock(path, { wait: false });
  assert.ok(lock);
  lock.release();
});

test("children started afterwards do not keep the lock", async (t) => {
  const path = join(temporaryDirectory(t), "lock");
  const lock = await acquireLock(path, { wait: true });
  const child = execa("sleep", ["30"], { reject: false });
  await sleep(50);
  lock.release();
  const again = await acquireLock(path, { wait: false });
  child.kill("SIGKILL");
  await child;
  assert.ok(again);
  again.release();
});
