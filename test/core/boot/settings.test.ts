import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { bootFirmware, bootTestKey, bootTestSettings } from "../../../core/boot/settings.ts";
import { canonicalJson } from "../../../core/recipe/canonical-json.ts";

const build = "0123456789abcdef".repeat(4);
const settings = bootTestSettings({}, "partition");

for (const [content, firmware] of [
  [{ kind: "whole-disk", firmware: "uefi" }, "uefi"],
  [{ kind: "whole-disk", firmware: "bios" }, "bios"],
  [{ kind: "partition" }, "direct"],
  [{ kind: "deploy-build" }, "direct"],
  [{ kind: "deploy-download" }, "direct"],
] as const) {
  test(`${Object.values(content).join(", ")} is started by ${firmware}`, () => {
    assert.equal(bootFirmware(content), firmware);
  });
}

test("a test's key is safe as a file name, and does not depend on the order of its settings", () => {
  const key = bootTestKey(build, "bios", settings);
  assert.match(key, /^0123456789ab-bios-[0-9a-f]{12}$/);
  const reversed = Object.fromEntries(Object.entries(settings).reverse()) as unknown as typeof settings;
  assert.equal(bootTestKey(build, "bios", reversed), key);
});

test("a verdict of another meaning is kept under another key", () => {
  const digest = createHash("sha256").update(canonicalJson(settings)).digest("hex").slice(0, 12);
  assert.notEqual(bootTestKey(build, "bios", settings), `${build.slice(0, 12)}-bios-${digest}`);
});

for (const [what, other] of [
  ["build", bootTestKey("f".repeat(64), "bios", settings)],
  ["firmware", bootTestKey(build, "uefi", settings)],
  ["marker", bootTestKey(build, "bios", bootTestSettings({ marker: "up" }, "partition"))],
  ["silence", bootTestKey(build, "bios", bootTestSettings({ silenceSeconds: 179 }, "partition"))],
  ["limit", bootTestKey(build, "bios", bootTestSettings({ limitSeconds: 1799 }, "partition"))],
  ["memory", bootTestKey(build, "bios", bootTestSettings({ memoryMiB: 512 }, "partition"))],
  ["processors", bootTestKey(build, "bios", bootTestSettings({ processors: 1 }, "partition"))],
  ["network", bootTestKey(build, "bios", bootTestSettings({ network: "none" }, "partition"))],
  ["kernel arguments", bootTestKey(build, "bios", bootTestSettings({ kernelArguments: ["quiet"] }, "partition"))],
] as const) {
  test(`another ${what} is another test`, () => assert.notEqual(other, bootTestKey(build, "bios", settings)));
}
