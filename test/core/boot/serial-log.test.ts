import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
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

/** A log, and the lines that it told: those that may go on end in an ellipsis. */
function openLog(t: TestContext) {
  const path = join(temporaryDirectory(t), "serial.log");
  const told: string[] = [];
  const log = new SerialLog(path, (line, whole) => told.push(whole ? line : `${line}…`));
  return { log, told, write: (text: string | Buffer) => appendFileSync(path, text) };
}

test("a log is read as it grows, and only its end is kept", async (t) => {
  const { log, write } = openLog(t);
  assert.equal(await log.poll(), false, "no file yet");
  write("one\n");
  assert.equal(await log.poll(), true);
  assert.equal(await log.poll(), false);
  write("two\n");
  await log.poll();
  const [first, rest] = [Buffer.from("…").subarray(0, 1), Buffer.from("…").subarray(1)];
  write(first);
  await log.poll();
  write(rest);
  await log.poll();
  assert.equal(log.text, "one\ntwo\n…");
  write(`${"x".repeat(300_000)}end`);
  await log.poll();
  assert.equal(log.size, 300_014);
  assert.equal(log.text.length, 65_536);
  assert.ok(log.text.endsWith("xend"));
  await log.finish();
});

test("every line is told as plain text, the last one while it grows, and as whole once nothing more comes", async (t) => {
  const { log, told, write } = openLog(t);
  write("\x1b[HGNU GRUB\r\nmy-di");
  await log.poll();
  write("sk login: ");
  await log.poll();
  assert.deepEqual(told, ["GNU GRUB", "my-di…", "my-disk login: …"]);
  await log.poll();
  assert.deepEqual(told.slice(3), ["my-disk login: "]);
  write("\nbye");
  await log.finish();
  assert.deepEqual(told.slice(4), ["my-disk login: ", "bye…", "bye"]);
});

test("a line is told however much is written after it between two looks", async (t) => {
  const { log, told, write } = openLog(t);
  write(`[    0.000000] Linux\nIMAGE-IS-READY\n${`${"x".repeat(78)}\n`.repeat(900)}`);
  await log.poll();
  assert.ok(!log.text.includes("IMAGE-IS-READY"));
  assert.deepEqual(told.slice(0, 2), ["[    0.000000] Linux", "IMAGE-IS-READY"]);
  assert.equal(told.length, 902);
  await log.finish();
});

test("in a line without an end no text is lost between its parts", async (t) => {
  // The line is parted after its second read.
  for (let at = 2 * 65_536 - 16; at <= 2 * 65_536 + 2; at += 1) {
    const { log, told, write } = openLog(t);
    write(`${"x".repeat(at)}IMAGE-IS-READY${"x".repeat(200_000)}`);
    await log.poll();
    assert.ok(
      told.some((line) => line.includes("IMAGE-IS-READY")),
      String(at),
    );
    assert.ok(told.every((line) => line.length < 140_000));
    await log.finish();
  }
});
