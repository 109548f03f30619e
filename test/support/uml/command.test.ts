import assert from "node:assert/strict";
import { test } from "node:test";
import { guestCommand, guestMemory, parseCpuList } from "./command.ts";

test("a guest has the host's files read only, one processor, and nothing of it outlives its starter", () => {
  const command = guestCommand({ exchange: "/x", init: "/x/init.sh", disk: "/x/disk.img", memory: 2048, cpu: 3 });
  assert.equal(
    command.slice(0, 8).join(" "),
    "setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc",
  );
  assert.deepEqual(command.slice(8, 16), [
    "sh",
    "-c",
    '"$@"; exit $?',
    "guest",
    "taskset",
    "--cpu-list",
    "3",
    "linux.uml",
  ]);
  const kernel = command.slice(command.indexOf("linux.uml") + 1);
  for (const word of ["mem=2048M", "uml_dir=/x/", "rootfstype=hostfs", "ro", "init=/x/init.sh", "ubda=/x/disk.img"])
    assert.ok(kernel.includes(word), word);
  assert.ok(!kernel.includes("rw"));
});

for (const [text, cpus] of [
  ["0", [0]],
  ["0-3", [0, 1, 2, 3]],
  ["1,4-5\n", [1, 4, 5]],
] as const) {
  test(`the list of processors ${JSON.stringify(text)}`, () => assert.deepEqual(parseCpuList(text), cpus));
}

for (const [host, guest] of [
  [1, 1024],
  [4, 2048],
  [24, 3072],
] as const) {
  test(`on a host with ${host} GiB a guest gets ${guest} MiB`, () => assert.equal(guestMemory(host * 2 ** 30), guest));
}
