import assert from "node:assert/strict";
import { mkdirSync, openSync, closeSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import test from "node:test";
import { execa } from "execa";
import { acquireLock } from "../../core/lock.ts";
import { assertNoResidue, liveResidue, residue } from "./residue.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const root = process.getuid?.() === 0 ? false : "needs root";

test("a directory in which nothing happened has no residue, and neither has one that is gone", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "file"), "");
  assert.deepEqual(await residue(directory), []);
  rmSync(directory, { recursive: true });
  await assertNoResidue(directory, { seconds: 0 });
});

const ways: Record<string, (directory: string) => { args: string[]; options: object }> = {
  "in its arguments": (directory) => ({ args: ["-c", "kill -STOP $$", directory], options: {} }),
  "in its environment": (directory) => ({
    args: ["-c", "kill -STOP $$"],
    options: { env: { WHERE: `${directory}/x` } },
  }),
  "as its working directory": (directory) => ({ args: ["-c", "kill -STOP $$"], options: { cwd: directory } }),
  "in an open file": (directory) => ({
    args: ["-c", "kill -STOP $$"],
    options: { stdin: openSync(path.join(directory, "file"), "w") },
  }),
};
for (const [how, start] of Object.entries(ways)) {
  test(`a process that has the directory ${how} is found, and one of a directory beside it is not`, async (t) => {
    const directory = temporaryDirectory(t);
    mkdirSync(`${directory}-beside`);
    t.after(() => rmSync(`${directory}-beside`, { recursive: true }));
    const run = ({ args, options }: ReturnType<typeof start>) => {
      const child = execa("sh", args, { stdin: "ignore", ...options, reject: false });
      const { stdin } = options as { stdin?: number };
      if (stdin !== undefined) closeSync(stdin);
      t.after(() => child.kill("SIGKILL"));
      return child;
    };
    const other = run(start(`${directory}-beside`));
    assert.deepEqual(await residue(directory), []);
    const child = run(start(directory));
    const found = await residue(directory);
    assert.ok(found.length > 0 && found.some((line) => line.startsWith(`process ${child.pid}:`)), found.join("\n"));
    assert.ok(!found.some((line) => line.includes(`process ${other.pid}:`)));
  });
}

test("a process that listens is told with its port", async (t) => {
  const directory = temporaryDirectory(t);
  const script =
    'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })';
  const child = execa(process.execPath, ["-e", script, directory], { reject: false });
  t.after(() => child.kill("SIGKILL"));
  const port = await new Promise<string>((resolve) =>
    child.stdout.once("data", (data) => resolve(String(data).trim())),
  );
  assert.match((await residue(directory)).join(), new RegExp(`, listens on 0100007F:${port}$`));
});

test("a held lock is found, and none once it is let go", async (t) => {
  const directory = temporaryDirectory(t);
  const lock = await acquireLock(path.join(directory, "a/lock"), { wait: true });
  assert.match((await residue(directory)).join(), /^FLOCK lock of process \d+ on inode \d+$/);
  lock.release();
  assert.deepEqual(await residue(directory), []);
});

test("a mount, a loop device and a process in a namespace of its own are found", { skip: root }, async (t) => {
  const directory = temporaryDirectory(t);
  const [mounted, file] = [path.join(directory, "a b"), path.join(directory, "disk")];
  mkdirSync(mounted);
  await execa("mount", ["-t", "tmpfs", "tmpfs", mounted]);
  assert.deepEqual(await residue(directory), [`mount ${mounted}`]);
  await execa("umount", [mounted]);

  writeFileSync(file, Buffer.alloc(2 ** 20));
  const { stdout: loop } = await execa("losetup", ["--find", "--show", file]);
  t.after(() => execa("losetup", ["--detach", loop], { reject: false }));
  assert.deepEqual(await residue(directory), [`loop device ${loop} of ${file}`]);
  await execa("losetup", ["--detach", loop]);

  // Neither its arguments nor its files say where it works: it sees the directory as /mnt.
  const script = 'mount --bind "$0" /mnt && exec env -i sleep 300';
  const child = execa("unshare", ["--mount", "sh", "-c", script, directory], { reject: false });
  t.after(() => child.kill("SIGKILL"));
  const isSleep = async () => (await residue(directory)).some((line) => line === `process ${child.pid}: sleep 300`);
  while (!(await isSleep())) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await child;
  await assertNoResidue(directory, { seconds: 1 });
});

test("temporary names and sockets are found, but not among what still runs", async (t) => {
  const directory = temporaryDirectory(t);
  const names = ["p/.images/staging/a-1", "p/.images/builds/b-1", "p/.images/artifacts/c/.new-1-x", "result.json.new"];
  for (const name of names) mkdirSync(path.join(directory, name), { recursive: true });
  writeFileSync(path.join(directory, "p/.images/builds/b-2.lock"), "");
  const server = createServer().listen(path.join(directory, "socket"));
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const expected = [...names.map((name) => `temporary name ${name}`), "socket socket"];
  assert.deepEqual((await residue(directory)).sort(), expected.sort());
  assert.deepEqual(await liveResidue(directory), []);
});

test("residue that ends by itself in time is none, and what stays fails with its list", async (t) => {
  const directory = temporaryDirectory(t);
  const child = execa("sleep", ["1"], { cwd: directory, reject: false });
  await assert.rejects(assertNoResidue(directory, { seconds: 0 }), /sleep 1/);
  await assertNoResidue(directory, { seconds: 30 });
  await child;
});
