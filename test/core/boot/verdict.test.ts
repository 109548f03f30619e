import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootFirmware } from "../../../core/boot/settings.ts";
import { systemSpeaks } from "../../../core/boot/signs.ts";
import { rejection, verdictOf, type Rejected } from "../../../core/boot/verdict.ts";

for (const [booted, systemSpoke, verdict] of [
  [true, true, "boots"],
  [true, false, "cannot tell"],
  [false, true, "does not boot"],
  [false, false, "cannot tell"],
] as const) {
  test(`an image that ${booted ? "came up" : "did not come up"} with ${systemSpoke ? "words" : "no word"} of its system: ${verdict}`, () => {
    assert.equal(verdictOf({ booted, systemSpoke }), verdict);
  });
}

for (const [what, text, speaks] of [
  ["a kernel", "[    0.000000] Linux version 6.1.0-37-amd64 (debian-kernel@lists.debian.org)\n", true],
  ["a kernel that has run for days", "GRUB\n[123456.789012] usb 1-1: reset\n", true],
  ["a kernel without time stamps", "Linux version 6.1.0 (gcc)\n", true],
  ["a kernel without time stamps that panics", "Kernel panic - not syncing: VFS: Unable to mount root fs\n", true],
  ["systemd under a quiet kernel", "\n[FAILED] Failed to start Network.\n", true],
  [
    "GRUB",
    "GNU GRUB  version 2.06\n*Debian GNU/Linux, with Linux 6.1.0-37-amd64\nLoading Linux 6.1.0-37-amd64 ...\n",
    false,
  ],
  ["GRUB that finds no file system", "error: no such device: 0f1e.\nEntering rescue mode...\ngrub rescue> ", false],
  ["UEFI firmware", 'BdsDxe: starting Boot0001 "UEFI Misc Device" from PciRoot(0x0)/Pci(0x3,0x0)\n', false],
  ["UEFI firmware that finds nothing", "BdsDxe: No bootable option or device was found.\n", false],
  [
    "the kernel's loader, which speaks through the firmware",
    "EFI stub: Loaded initrd from command line option\n",
    false,
  ],
  ["a kernel that says which task speaks", "[    0.120000][    T1] smp: Brought up 1 node\n", true],
  [
    "a login prompt under a kernel that speaks elsewhere",
    "\nDebian GNU/Linux 12 my-disk ttyS0\n\nmy-disk login: ",
    true,
  ],
  ["nothing", "", false],
] as const) {
  test(`the words of ${what} are ${speaks ? "" : "not "}those of the image's system`, () => {
    assert.equal(systemSpeaks.test(text), speaks);
  });
}

const rejected = (changes: Partial<Rejected>): Rejected => ({
  name: "my-image",
  verdict: "does not boot",
  result: { why: "the guest said nothing for 180 s", serialLog: "", accelerator: "tcg", seconds: 200.4 },
  firmware: "direct",
  settings: {},
  logPath: "/p/serial.log",
  ...changes,
});

test("the message of an image that does not boot says why, where the console is, and how it ends", () => {
  const serialLog = Array.from({ length: 30 }, (_, line) => `line ${line}\n\n`).join("");
  const { code, summary, details } = rejection(rejected({ result: { ...rejected({}).result, serialLog } }));
  assert.equal(code, "boot-test-failed");
  assert.equal(
    summary,
    "my-image does not boot: the guest said nothing for 180 s (200 s, tcg); nothing of it is published, and what is published stays; the whole console: /p/serial.log",
  );
  const end = Array.from({ length: 20 }, (_, line) => `line ${line + 10}`);
  assert.equal(details, ["The end of the console:", ...end].join("\n"));
});

for (const [firmware, advice] of [
  ["bios", /add the element enable-serial-console to the recipe;/],
  ["uefi", /add the element enable-serial-console to the recipe;/],
  ["direct", /console=ttyS0.*bootTest\.kernelArguments/],
] as const satisfies readonly (readonly [BootFirmware, RegExp])[]) {
  test(`the message of a silent image started by ${firmware} says what to do about it`, () => {
    const { code, summary, details } = rejection(rejected({ verdict: "cannot tell", firmware }));
    assert.equal(code, "boot-test-unclear");
    assert.match(summary, /^Whether my-image boots cannot be told: its kernel said nothing on the first serial port/);
    assert.match(summary, advice);
    assert.equal(details, "The console is empty.");
  });
}

test("the message names the marker that did not come", () => {
  assert.match(
    rejection(rejected({ settings: { marker: "up and running" } })).summary,
    /its system did not say "up and running";/,
  );
});
