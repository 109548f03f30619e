import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentConsole } from "../../../tools/acceptance/agent-console.ts";

const devname =
  "[   24.6] systemd[1]: kmod-static-nodes.service - Create List of Static Device Nodes was skipped because of an unmet condition check (ConditionFileNotEmpty=/lib/modules/6.1.0-56-amd64/modules.devname).";

function heard(lines: readonly string[], whole = true): AgentConsole {
  const console = new AgentConsole();
  for (const line of lines) console.hear(line, whole, 0);
  return console;
}

for (const [title, line, reason] of [
  ["a panic", "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs", /^Kernel panic - not syncing: VFS/],
  [
    "an emergency shell",
    "You are in emergency mode. After logging in",
    /stopped in a shell: You are in emergency mode/,
  ],
  [
    "a minute without a card",
    "WARNING No valid network interfaces found. Node lookup will probably fail.",
    /no network card/,
  ],
  [
    "an agent that does not stay",
    "systemd[1]: ironic-python-agent.service: Scheduled restart job, restart counter is at 3.",
    /ended three times/,
  ],
  ["a lookup that ended", "LookupNodeError: Could not look up node info. Check logs for details.", /knows the machine/],
] as const) {
  test(`${title} on the console is enough to wait no longer`, () => {
    assert.match(heard([line]).hopeless(0) ?? "", reason);
  });
}

test("a machine whose firmware gives up is not waited for, and the first error of the network boot is told", () => {
  const lines = [
    "Could not select: Exec format error (http://ipxe.org/2e008081)",
    "Could not boot image: Connection timed out (http://ipxe.org/4c22e035)",
  ];
  assert.equal(heard(lines).hopeless(600_000), undefined);
  assert.match(heard([...lines, "No bootable device."]).hopeless(0) ?? "", /nothing over the network: .*Exec format/);
  assert.match(heard(["UEFI Interactive Shell v2.2"]).hopeless(0) ?? "", /nothing over the network: UEFI Interactive/);
});

test("a prompt that nobody answers is a line without an end", () => {
  assert.match(heard(["(initramfs) "], false).hopeless(0) ?? "", /stopped in a shell: \(initramfs\)/);
});

test("half a line may go on, and is no reason yet", () => {
  assert.equal(heard(["[    1.2] Kernel panic - not syncing: VFS"], false).hopeless(0), undefined);
});

for (const line of [
  devname,
  "modprobe: can't change directory to '6.1.0-56-amd64': No such file or directory",
  "libkmod: kmod_load_resources: could not open moddep file '/lib/modules/6.1.0-56-amd64/modules.dep.bin'",
]) {
  test(`a ramdisk of another kernel is waited for a while, and no longer: ${line.slice(0, 40)}`, () => {
    const console = heard([line]);
    assert.equal(console.hopeless(60_000), undefined);
    assert.match(console.hopeless(90_000) ?? "", /no modules for its kernel, which is 6\.1\.0-56-amd64/);
  });
}

test("a machine that has its network card needs no modules", () => {
  const console = heard([devname, "[   58.4] virtio_net virtio1 enp0s2: renamed from eth0"]);
  assert.equal(console.hopeless(600_000), undefined);
});

test("what agents say on their way is no reason to give up", () => {
  const lines = [
    "[   20.0] systemd[1]: Failed to populate /etc with preset unit settings, ignoring: Link has been severed",
    "systemd[1]: ironic-python-agent.service: Scheduled restart job, restart counter is at 1.",
    "DEBUG ironic_python_agent.agent [-] Network is not up yet. No valid interfaces found, retrying ...",
    "WARNING Error detected while attempting to perform lookup with http://192.0.2.2:1, retrying. Error: timed out",
  ];
  assert.equal(heard(lines).hopeless(600_000), undefined);
});
