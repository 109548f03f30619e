import assert from "node:assert/strict";
import { test } from "node:test";
import { buildId } from "../../../core/artifacts/build-id.ts";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
import { eventText } from "../../../tools/try/build.ts";
import { summary } from "../../../tools/try/summary.ts";
import { unpublished } from "../../core/artifacts/samples.ts";

const image = {
  name: "my-image.raw",
  size: 350_000_000,
  sha256: "1".repeat(64),
  sha512: "2".repeat(128),
  format: "raw",
  virtualSize: 350_000_000,
} as const;
const record: ArtifactRecord = {
  ...unpublished({ seconds: { total: 118.4 } }),
  files: { image },
  buildId: buildId({ image }),
};
const file = ".images/artifacts/my-image-a1a1a1a1a1a1/my-image.raw, 334 MiB, ";

for (const [what, built, boot, line] of [
  [
    "built and booted",
    true,
    { booted: true, seconds: 61.7, accelerator: "tcg" },
    "built in 118 s, booted in 62 s (tcg)",
  ],
  [
    "found and booted",
    false,
    { booted: true, seconds: 4.25, accelerator: "kvm" },
    "built before, at 2025-01-02T03:04:05Z, booted in 4.3 s (kvm)",
  ],
  [
    "built and stuck",
    true,
    { booted: false, seconds: 200, accelerator: "tcg", why: "the guest said nothing for 180 s" },
    "built in 118 s, NOT BOOTED: the guest said nothing for 180 s (tcg, after 200 s)",
  ],
  ["built only", true, undefined, "built in 118 s, not tried to boot"],
] as const) {
  test(`the closing line of an image that was ${what}`, () =>
    assert.equal(summary({ record, built }, boot), file + line));
}

for (const [event, text] of [
  [{ type: "waiting", reason: "the build slot is taken" }, "waiting, the build slot is taken"],
  [
    { type: "progress", phase: "install.d", elapsedSeconds: 61.6, expectedSeconds: 130.2, logPath: "/l" },
    "install.d, 62 s of about 130 s",
  ],
  [{ type: "progress", phase: "root.d", elapsedSeconds: 3, logPath: "/l" }, "root.d, 3 s"],
] as const) {
  test(`a build's event reads: ${text}`, () => assert.equal(eventText(event), text));
}
