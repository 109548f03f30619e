import assert from "node:assert/strict";
import { test } from "node:test";
import { resultText, type ImageResult } from "../../../tools/acceptance/result.ts";

const accepted: ImageResult = {
  image: "my-image",
  imageId: "i1",
  kind: "partition",
  firmware: "bios",
  quick: "passed",
  quickSeconds: 12.4,
  full: "passed",
  deploySeconds: 259.2,
  bootSeconds: 47,
  verdict: "accepted",
};

test("an image is a line of the table, with its times", () => {
  assert.equal(
    resultText([accepted]),
    [
      "IMAGE     KIND       FIRMWARE  QUICK          DEPLOY  BOOT  VERDICT",
      "my-image  partition  bios      passed (12 s)  259 s   47 s  accepted",
    ].join("\n"),
  );
});

test("what is refused says what it means, in whose words, and where the logs are", () => {
  const { firmware: _, deploySeconds: __, bootSeconds: ___, ...rest } = accepted;
  const failure = { stage: "bytes", why: "another\nsha512", meaning: "Do not deploy it", logs: "/l" } as const;
  const text = resultText([{ ...rest, quick: "failed", full: "not asked", verdict: "refused", failure }]);
  assert.match(text, /^my-image +partition +- +failed \(12 s\) +not asked +- +refused$/m);
  assert.match(text, /\n\nmy-image is refused\. Do not deploy it\.\n {2}bytes: another\n {2}sha512\n {2}logs: \/l$/);
});

test("what this machine cannot do is said", () => {
  const { deploySeconds: _, bootSeconds: __, ...rest } = accepted;
  const text = resultText([{ ...rest, firmware: "uefi", full: "skipped", why: "OVMF is not on this machine" }]);
  assert.match(text, /uefi +passed \(12 s\) +skipped +- +accepted/);
  assert.match(text, /\n\nmy-image: full part skipped: OVMF is not on this machine$/);
});
