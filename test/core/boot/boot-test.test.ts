import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { bootTest, type BootTestRequest } from "../../../core/boot/boot-test.ts";
import { consoleLog, findVerdict } from "../../../core/boot/kept-verdicts.ts";
import { bootTestSettings, type BootTestWishes } from "../../../core/boot/settings.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { tinyGuest } from "./tiny-guest.ts";

const skip = (await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed
  ? "needs qemu-system-x86_64"
  : false;

/** Slots of the test's own. */
function cacheOf(t: TestContext): string {
  const before = process.env["IRONIC_IMAGES_CACHE"];
  const cache = temporaryDirectory(t);
  process.env["IRONIC_IMAGES_CACHE"] = cache;
  t.after(() => {
    if (before === undefined) delete process.env["IRONIC_IMAGES_CACHE"];
    else process.env["IRONIC_IMAGES_CACHE"] = before;
  });
  return cache;
}

/** A whole-disk image that says one text, and what was told of its test. */
function requestFor(t: TestContext, text: string, wishes: BootTestWishes = {}) {
  const { directory, record } = tinyGuest(temporaryDirectory(t), text, "waits");
  const said: string[] = [];
  const request: BootTestRequest = {
    name: "my-disk",
    directory,
    record: { ...record, buildId: "c".repeat(64) },
    firmware: "bios",
    settings: bootTestSettings({ silenceSeconds: 120, ...wishes }, "whole-disk"),
    slots: 1,
    accelerator: "tcg",
    onEvent: (event) => said.push(event.type === "note" ? event.text : event.type),
  };
  const tested = { buildId: request.record.buildId, firmware: request.firmware, settings: request.settings };
  return { request, said, kept: () => findVerdict(directory, tested), log: consoleLog(directory, tested) };
}

function refusal(code: string, text: string, log: string) {
  const shown = text.trim() || "The console is empty";
  return (error: Error & { code?: string }) =>
    error.code === code && error.message.includes(shown) && error.message.includes(log);
}

test("an image that boots is booted once: its verdict is kept with the console", { skip }, async (t) => {
  const cache = cacheOf(t);
  const { request, said, kept, log } = requestFor(t, "my-disk login: ");
  const verdict = await bootTest(request);
  assert.equal(verdict.verdict, "boots");
  assert.deepEqual(await kept(), verdict);
  assert.equal(readFileSync(log, "latin1"), "my-disk login: ");
  assert.match(said.at(-1) ?? "", /^boots, up after \d+ s \(tcg\)$/);
  assert.deepEqual(readdirSync(join(cache, "boots/slot-0")), []);
  said.length = 0;
  assert.deepEqual(await bootTest(request), verdict);
  assert.deepEqual(said.length, 1);
  assert.match(said[0] ?? "", /^boots, as tested at 2/);
});

test("a marker takes the place of the login prompt", { skip }, async (t) => {
  cacheOf(t);
  const { request } = requestFor(t, "[    9.000000] up\nall (100%) up.\n", { marker: "(100%) up." });
  assert.equal((await bootTest(request)).verdict, "boots");
});

for (const [what, text, silenceSeconds, code, verdict] of [
  ["whose boot loader alone speaks", "Loading Linux 6.1.0 ...\n", 5, "boot-test-unclear", "cannot tell"],
  ["that says nothing", "", 1, "boot-test-unclear", "cannot tell"],
  ["whose kernel falls silent", "[    0.000000] Linux version 6.1\n", 5, "boot-test-failed", "does not boot"],
] as const) {
  test(`an image ${what} is refused, and the message shows its console`, { skip }, async (t) => {
    cacheOf(t);
    const { request, kept, log } = requestFor(t, text, { silenceSeconds });
    await assert.rejects(bootTest(request), refusal(code, text, log));
    assert.equal((await kept())?.verdict, verdict);
    assert.equal(readFileSync(log, "latin1"), text);
  });
}

for (const [where, text, marker, code] of [
  ["of the boot loader alone", "Booting `Debian GNU/Linux'\n", "Debian GNU/Linux", "boot-test-unclear"],
  [
    "of the kernel's command line",
    "GRUB\n[    0.000000] Command line: root=/dev/vda rw console=ttyS0\n",
    "console=ttyS0",
    "boot-test-failed",
  ],
  [
    "before a panic",
    "[    1.0000000] up\nmy-disk up\nKernel panic - not syncing: No init\n",
    "my-disk up",
    "boot-test-failed",
  ],
] as const) {
  test(`a marker in the text ${where} says nothing`, { skip }, async (t) => {
    cacheOf(t);
    const { request, log } = requestFor(t, text, { marker, silenceSeconds: 4 });
    await assert.rejects(bootTest(request), refusal(code, text, log));
  });
}

test("a kernel that panics is not waited for, and is booted again by the next test", { skip }, async (t) => {
  cacheOf(t);
  const text = "[    1.500000] Kernel panic - not syncing: No working init found.\n";
  const { request, kept, log } = requestFor(t, text);
  await assert.rejects(bootTest(request), refusal("boot-test-failed", text, log));
  const first = await kept();
  assert.equal(first?.verdict, "does not boot");
  await assert.rejects(bootTest(request), refusal("boot-test-failed", text, log));
  assert.notEqual((await kept())?.testedAt, first.testedAt);
});

test("of two equal tests at once one boots; the other waits, and takes its verdict", { skip }, async (t) => {
  cacheOf(t);
  const { request, said } = requestFor(t, "my-disk login: ");
  const verdicts = await Promise.all([bootTest(request), bootTest(request)]);
  assert.deepEqual(verdicts[0], verdicts[1]);
  const notes = said.filter((line) => line !== "progress").map((line) => line.split(",")[0]);
  assert.deepEqual(notes, ["waiting", "boots", "boots"]);
});

test("what a killed boot left in its slot goes with the next boot", { skip }, async (t) => {
  const slot = join(cacheOf(t), "boots/slot-0");
  mkdirSync(slot, { recursive: true });
  for (const left of ["overlay.qcow2", "serial.log"]) writeFileSync(join(slot, left), "my-disk login: ");
  const { request } = requestFor(t, "", { silenceSeconds: 1 });
  await assert.rejects(bootTest(request), { code: "boot-test-unclear" });
  assert.deepEqual(readdirSync(slot), []);
});

test("QEMU that cannot start is no verdict on the image", { skip }, async (t) => {
  cacheOf(t);
  const { request, kept } = requestFor(t, "my-disk login: ", { processors: 1_000_000 });
  await assert.rejects(bootTest(request), { code: "boot-failed" });
  assert.equal(await kept(), undefined);
});
