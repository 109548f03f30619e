import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { plainText, SerialLog } from "../../../core/boot/serial-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

for (const [what, raw, plain] of [
  ["colours", "\x1b[0;32m  OK  \x1b[0m] Started", "  OK  ] Started"],
  ["carriage returns", "one\r\ntwo\r\n", "one\ntwo\n"],
  ["cursor movements", "\x1b[2J\x1b[01;01H\x1b[=3h\x1b[?25lGNU GRUB", "GNU GRUB"],
  ["titles", "\x1b]0;root@host\x07host login: ", "host login: "],
  ["character sets and control characters", "\x1b(Bhost\x00 login: ", "host login: "],
] as const) {
  test(`${what} are left out of the text`, () => assert.equal(plainText(raw), plain));
}

test("a log is read as it grows, and only its end is kept", async (t) => {
  const path = join(temporaryDirectory(t), "serial.log");
  const log = new SerialLog(path, /never/);
  t.after(() => log.close());
  assert.equal(await log.poll(), false, "no file yet");
  appendFileSync(path, "one\n");
  assert.equal(await log.poll(), true);
  assert.equal(await log.poll(), false);
  appendFileSync(path, "two\n");
  await log.poll();
  const [first, rest] = [Buffer.from("…").subarray(0, 1), Buffer.from("…").subarray(1)];
  appendFileSync(path, first);
  await log.poll();
  appendFileSync(path, rest);
  await log.poll();
  assert.equal(log.text, "one\ntwo\n…");
  appendFileSync(path, `${"x".repeat(300_000)}end`);
  await log.poll();
  assert.equal(log.size, 300_014);
  assert.equal(log.text.length, 65_536);
  assert.ok(log.text.endsWith("xend"));
});

test("a sign is heard anywhere in the log, also when it is long gone from its end", async (t) => {
  const path = join(temporaryDirectory(t), "serial.log");
  const log = new SerialLog(path, /^\[ +0\.0/m);
  t.after(() => log.close());
  appendFileSync(path, "GNU GRUB\r\n");
  await log.poll();
  assert.equal(log.heard, false);
  appendFileSync(path, `\x1b[H[    0.000000] Linux\r\n${"x".repeat(300_000)}`);
  await log.poll();
  assert.equal(log.heard, true);
  assert.ok(!log.text.includes("Linux"));
});
