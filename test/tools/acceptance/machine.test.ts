import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { startMachine } from "../../../tools/acceptance/machine.ts";
import { portIn } from "../../../tools/acceptance/monitor.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a real machine is held with an empty disk of its size, its agent's port is known, and it leaves nothing", async (t) => {
  if ((await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed) return t.skip("needs QEMU");
  const directory = temporaryDirectory(t);
  const address = "52:54:00:00:00:01";
  const machine = await startMachine({ directory, diskGiB: 7, address, filesPort: 9, firmware: "bios" });
  try {
    const { stdout } = await execa("qemu-img", ["info", "--force-share", "--output=json", machine.disk]);
    assert.equal((JSON.parse(stdout) as Record<string, unknown>)["virtual-size"], 7 * 1024 ** 3);
    assert.equal(machine.running, true);
    assert.equal(await connects(machine.agentPort), true);
    assert.equal(await machine.lastLine(), "");
  } finally {
    await machine.end();
    await machine.end();
  }
  assert.equal(machine.running, false);
  assert.equal(await connects(machine.agentPort), false);
  assert.equal(readFileSync(join(directory, "console.log"), "utf8"), "");
  assert.equal(existsSync(machine.disk), true);
});

test("the forwarded port is found among connections", () => {
  const table = [
    "Hub -1 (network):",
    "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ",
    "  TCP[ESTABLISHED]   9       192.0.2.15 34567       192.0.2.2   1002     0     0",
    "  TCP[HOST_FORWARD]  3       127.0.0.1 45549      192.0.2.15  9999     0     0\r",
  ].join("\n");
  assert.equal(portIn(table), 45549);
  assert.throws(() => portIn("Hub -1"), /forwards no port/);
});

async function connects(port: number): Promise<boolean> {
  const socket = createConnection({ host: "127.0.0.1", port });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.on("connect", () => resolve(true));
  socket.on("error", () => resolve(false));
  const connected = await promise;
  socket.destroy();
  return connected;
}
