import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { chooseAccelerator, runsGuest } from "../../../core/boot/accelerator.ts";
import { bootImage } from "../../../core/boot/boot.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { tinyGuest, tinyPair } from "./tiny-guest.ts";

const skip = (await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed
  ? "needs qemu-system-x86_64"
  : false;

/** Scratch directories of boots. Tests of one file run one after the other. */
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith("ironic-images-boot"));

test(
  "a guest that asks for a login has booted; its image was not written, and nothing is left",
  { skip },
  async (t) => {
    const before = scratch();
    const guest = tinyGuest(temporaryDirectory(t), "\x1b[0mready\r\nmy-image login: ", "waits");
    const bytes = readFileSync(join(guest.directory, "my-image.raw"));
    const result = await bootImage({ ...guest, accelerator: "tcg", silenceSeconds: 20 });
    assert.equal(result.why, undefined);
    assert.equal(result.booted, true);
    assert.equal(result.accelerator, "tcg");
    assert.ok(result.seconds > 0 && result.seconds < 60);
    assert.equal(result.serialLog, "ready\nmy-image login: ");
    assert.deepEqual(readFileSync(join(guest.directory, "my-image.raw")), bytes);
    assert.deepEqual(scratch(), before);
  },
);

for (const [what, text, ending, limits, why] of [
  ["falls silent", "Loading Linux ...", "waits", { silenceSeconds: 2 }, /^the guest said nothing for 2 s$/],
  [
    "talks for ever",
    "once more ",
    "repeats",
    { silenceSeconds: 2, limitSeconds: 4 },
    /^the guest (was not up after 4 s|wrote more than \d+ bytes)/,
  ],
  [
    "switches itself off",
    "good night",
    "switches off",
    { silenceSeconds: 20 },
    /^QEMU ended by itself: the guest switched itself off$/,
  ],
  ["only mentions a login", "Failed to start login: no\n", "waits", { silenceSeconds: 2 }, /said nothing/],
] as const) {
  test(`a guest that ${what} has not booted`, { skip }, async (t) => {
    const guest = tinyGuest(temporaryDirectory(t), text, ending);
    const result = await bootImage({ ...guest, ...limits, accelerator: "tcg" });
    assert.equal(result.booted, false);
    assert.match(result.why ?? "", why);
    assert.ok(result.serialLog.includes(text));
  });
}

for (const [text, booted] of [
  ["INFO ironic_python_agent.agent [-] Starting ironic-python-agent version: 13.0.0\r\n", true],
  ["my-image login: ", false],
] as const) {
  test(`deploy images that say "${text.trimEnd()}" have ${booted ? "" : "not "}booted`, { skip }, async (t) => {
    const pair = tinyPair(temporaryDirectory(t), text);
    const result = await bootImage({ ...pair, accelerator: "tcg", silenceSeconds: booted ? 20 : 2 });
    assert.equal(result.booted, booted, `${result.why}: ${result.serialLog}`);
    assert.ok(result.serialLog.endsWith(text.replace("\r", "")), result.serialLog);
  });
}

test("another sign of success can be asked for", { skip }, async (t) => {
  const guest = tinyGuest(temporaryDirectory(t), "[    9.000000] up\nagent started\n", "waits");
  assert.equal(
    (await bootImage({ ...guest, accelerator: "tcg", silenceSeconds: 20, success: /^agent started$/m })).booted,
    true,
  );
});

test("an image for UEFI is started by OVMF", { skip }, async (t) => {
  const { directory, record } = tinyGuest(temporaryDirectory(t), "", "waits");
  const uefi = { directory, record: { ...record, inputs: { ...record.inputs, firmware: "uefi" as const } } };
  const spoke = new Error("the firmware spoke");
  const controller = new AbortController();
  const ending = await bootImage({
    ...uefi,
    accelerator: "tcg",
    silenceSeconds: 60,
    signal: controller.signal,
    onProgress: (line) => /BdsDxe: |Shell|PXE/.test(line) && controller.abort(spoke),
  }).catch((error: Error & { code?: string }) => error);
  if ("code" in ending && ending.code === "host-tool-missing") return t.skip("needs ovmf");
  assert.equal(ending, spoke);
});

test("an abort ends the guest and leaves nothing", { skip }, async (t) => {
  const before = scratch();
  const guest = tinyGuest(temporaryDirectory(t), "waiting", "waits");
  const reason = new Error("enough");
  const controller = new AbortController();
  const boot = bootImage({
    ...guest,
    accelerator: "tcg",
    silenceSeconds: 20,
    signal: controller.signal,
    onProgress: (line) => line === "waiting" && controller.abort(reason),
  });
  await assert.rejects(boot, reason);
  assert.deepEqual(scratch(), before);
});

test("an image of another architecture is refused", async (t) => {
  const { directory, record } = tinyGuest(temporaryDirectory(t), "", "waits");
  const arm = { directory, record: { ...record, inputs: { ...record.inputs, architecture: "arm64" as const } } };
  await assert.rejects(bootImage(arm), { code: "boot-unsupported" });
});

test("the probe's guest runs to its end under emulation", { skip }, async (t) => {
  assert.equal(await runsGuest("tcg", temporaryDirectory(t)), true);
});

test("without a KVM device the choice is emulation", async (t) => {
  const directory = temporaryDirectory(t);
  assert.equal(await chooseAccelerator(directory, join(directory, "none")), "tcg");
});

for (const [what, answers, choice] of [
  ["runs every time", [true, true], "kvm"],
  ["hangs", [false], "tcg"],
  ["hangs now and then", [true, false], "tcg"],
] as const) {
  test(`with a KVM device on which the guest of a played probe ${what} the choice is ${choice}`, async (t) => {
    const directory = temporaryDirectory(t);
    const left = [...answers];
    const probe = () => Promise.resolve(left.shift() ?? false);
    assert.equal(await chooseAccelerator(directory, directory, probe), choice);
    assert.deepEqual(left, []);
  });
}
