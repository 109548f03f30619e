import assert from "node:assert/strict";
import { test } from "node:test";
import { agentArguments, machineCommand } from "../../../tools/acceptance/machine-command.ts";

const request = {
  disk: "/w/a,b/disk.qcow2",
  address: "52:54:00:00:00:01",
  filesPort: 1002,
  serialLog: "/w/console.log",
  accelerator: "tcg",
  memoryMiB: 5120,
} as const;

test("a machine waits, boots Ironic's script over the network, and is reached by a port of the kernel's choice on loopback", () => {
  const command = machineCommand(request);
  assert.equal(command[0], "qemu-system-x86_64");
  for (const argument of ["-S", "-no-reboot", "-nodefaults", "VGA"]) assert.ok(command.includes(argument), argument);
  assert.ok(
    command.includes(
      "user,id=network,net=192.0.2.0/24,host=192.0.2.2,bootfile=http://192.0.2.2:1002/boot.ipxe,hostfwd=tcp:127.0.0.1:0-:9999",
    ),
  );
  assert.ok(command.includes("virtio-net-pci,netdev=network,mac=52:54:00:00:00:01,bootindex=0"));
  assert.ok(command.includes("if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap,file=/w/a,,b/disk.qcow2"));
});

test("only a machine with UEFI has its firmware's files", () => {
  const uefi = { code: "/f/code.fd", variables: "/w/variables.fd" };
  const pflash = (command: string[]) => command.filter((argument) => argument.includes("pflash"));
  assert.deepEqual(pflash(machineCommand(request)), []);
  assert.deepEqual(pflash(machineCommand({ ...request, uefi })), [
    "if=pflash,unit=0,format=raw,readonly=on,file=/f/code.fd",
    "if=pflash,unit=1,format=raw,file=/w/variables.fd",
  ]);
});

test("the agent tells Ironic the port on this machine", () => {
  const kernelArguments = agentArguments(45549);
  assert.ok(kernelArguments.includes("ipa-advertise-host=127.0.0.1"));
  assert.ok(kernelArguments.includes("ipa-advertise-port=45549"));
  assert.ok(kernelArguments.includes("console=ttyS0"));
});
