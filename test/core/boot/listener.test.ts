import assert from "node:assert/strict";
import { test } from "node:test";
import { BootListener } from "../../../core/boot/listener.ts";
import { anything, loginPrompt, systemSpeaks } from "../../../core/boot/signs.ts";

const kernel = "[    0.000000] Linux version 6.1.0-37-amd64 (debian-kernel@lists.debian.org)";
const given = "BOOT_IMAGE=/vmlinuz root=LABEL=my-root ro console=ttyS0";
const panic = "Kernel panic - not syncing: No working init found.";

/** What a listener heard of a console whose last line has no end when it is read first. */
function heard(console: string, success: RegExp | string, sign: RegExp) {
  const listener = new BootListener(sign, success);
  const lines = console.split("\n");
  for (const [at, line] of lines.entries()) listener.hear(line, at < lines.length - 1);
  const early = listener.up;
  listener.hear(lines.at(-1) ?? "", true);
  return { early, up: listener.up, panic: listener.panic };
}

for (const [what, console, marker] of [
  ["a boot loader's menu", "GNU GRUB\n*Debian GNU/Linux\n", "Debian GNU/Linux"],
  ["a boot loader's menu, though the kernel speaks afterwards", `*Debian GNU/Linux\n${kernel}\n`, "Debian GNU/Linux"],
  ["the kernel's banner", `${kernel}\n`, "6.1.0-37-amd64"],
  ["the banner of a kernel without time stamps", "Linux version 6.1.0-37-amd64\n", "6.1.0-37-amd64"],
  ["the kernel's command line", `${kernel}\n[    0.000000] Command line: ${given}\n`, "my-root"],
  ["the command line's second mention", `${kernel}\n[    0.072812] Kernel command line: ${given}\n`, "my-root"],
  [
    "what the kernel does not know of it",
    `${kernel}\n[    0.07] Unknown kernel command line parameters "BOOT_IMAGE=/vmlinuz", will be passed to user space.\n`,
    "/vmlinuz",
  ],
  ["a panic", `${kernel}\n[    1.500000] ${panic}\n`, "No working init"],
  ["a line that is not whole", `${kernel}\n[    0.000000] Command`, "Command line"],
] as const) {
  for (const [start, sign] of [
    ["its boot loader", systemSpeaks],
    ["its kernel", anything],
  ] as const) {
    // Where nothing but the kernel is started there is no boot loader.
    if (sign === anything && console.includes("*Debian")) continue;
    test(`a marker in ${what} does not count in an image that is started by ${start}`, () => {
      assert.equal(heard(console, marker, sign).up, false);
    });
  }
}

for (const [what, console, marker] of [
  ["a line after the kernel's first", `GRUB\n${kernel}\nmy-disk is ready\n`, "is ready"],
  ["a message of systemd's", "GRUB\n[  OK  ] Reached target multi-user.target\n", "multi-user.target"],
  ["the last line, which has no end", `${kernel}\nready`, "ready"],
] as const) {
  test(`a marker counts in ${what}`, () => assert.equal(heard(console, marker, systemSpeaks).up, true));
}

test("a login prompt counts before its line ends, and also alone", () => {
  assert.equal(heard(`${kernel}\nmy-disk login: `, loginPrompt, systemSpeaks).early, true);
  assert.equal(heard("GRUB\nmy-disk login: ", loginPrompt, systemSpeaks).early, true);
});

for (const [order, console] of [
  ["after", `${kernel}\nmy-disk login: \n${panic}\n`],
  ["before", `${kernel}\n${panic}\nmy-disk login: \n`],
] as const) {
  for (const success of [loginPrompt, "my-disk login"]) {
    test(`a panic ${order} ${String(success)} wins`, () => {
      const { up, panic: said } = heard(console, success, systemSpeaks);
      assert.deepEqual([up, said], [false, panic]);
    });
  }
}
