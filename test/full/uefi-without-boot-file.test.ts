// What a disk without an EFI boot file comes to under the real OVMF: its firmware speaks, nobody else does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { execa } from "execa";
import { bootTest } from "../../core/boot/boot-test.ts";
import { consoleLog, findVerdict, type TestedBoot } from "../../core/boot/kept-verdicts.ts";
import { bootTestSettings } from "../../core/boot/settings.ts";
import { wholeDiskInputs } from "../core/artifacts/samples.ts";
import { tinyGuest } from "../core/boot/tiny-guest.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const skip = (await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed
  ? "needs qemu-system-x86_64"
  : false;

test("whether an image for UEFI that has nothing to start boots cannot be told", { skip }, async (t) => {
  const { directory, record } = tinyGuest(temporaryDirectory(t), "", "waits");
  const tested: TestedBoot = {
    buildId: "e".repeat(64),
    firmware: "uefi",
    settings: bootTestSettings({ silenceSeconds: 60, network: "none" }, "whole-disk"),
  };
  const inputs = { ...wholeDiskInputs, firmware: "uefi" } as const;
  const error = await bootTest({
    ...tested,
    name: "my-disk",
    directory,
    record: { ...record, ...tested, inputs },
  }).catch((reason: unknown) => reason as Error & { code?: string });
  assert.ok(error instanceof Error);
  if (error.code === "host-tool-missing") return t.skip("needs ovmf");
  assert.equal(error.code, "boot-test-unclear", error.message);
  assert.match(error.message, /enable-serial-console/);
  assert.match(readFileSync(consoleLog(directory, tested), "latin1"), /BdsDxe: /);
  assert.equal((await findVerdict(directory, tested))?.verdict, "cannot tell");
});
