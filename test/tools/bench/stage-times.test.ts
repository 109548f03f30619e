import assert from "node:assert/strict";
import { test } from "node:test";
import { stageTimes } from "../../../tools/bench/stage-times.ts";

const at = (second: number, message: string) => `2026-01-02 03:04:${String(second).padStart(2, "0")}.500 | ${message}`;
const log = [
  at(0, "Building elements: base debian-minimal"),
  at(2, "dib-run-parts Running /tmp/dib_build.x/hooks/root.d/08-debootstrap"),
  "a line without a time",
  at(12, "dib-run-parts 08-debootstrap completed"),
  at(12, "dib-run-parts Running /tmp/dib_build.x/hooks/root.d/75-debian-minimal-baseinstall"),
  at(20, "dib-run-parts 75-debian-minimal-baseinstall completed"),
  at(20, "dib-run-parts Running /tmp/in_target.d/install.d/01-package-installs"),
  at(40, "dib-run-parts 01-package-installs completed"),
  at(41, "Calculating image size (this may take a minute)..."),
  at(49, "dib-run-parts Running /tmp/in_target.d/finalise.d/99-clean-up-cache"),
  at(50, "dib-run-parts 99-clean-up-cache completed"),
  at(50, "Converting image using qemu-img convert"),
  at(55, "Build completed successfully"),
].join("\n");

test("the seconds of a log go to the stages, and what it does not cover to the rest", () => {
  assert.deepEqual(stageTimes(log, 57.5, "inspect and publish"), [
    { stage: "debootstrap", seconds: 10 },
    { stage: "base system", seconds: 8 },
    { stage: "packages, initramfs", seconds: 20 },
    { stage: "other hooks", seconds: 4 },
    { stage: "copy of the tree", seconds: 8 },
    { stage: "qcow2", seconds: 5 },
    { stage: "inspect and publish", seconds: 2.5 },
  ]);
});

test("an initramfs that is made by a hook of ours counts as one, wherever the hook runs", () => {
  const late = [
    at(0, "dib-run-parts Running /tmp/in_target.d/finalise.d/98-ironic-images-initramfs"),
    at(17, "dib-run-parts 98-ironic-images-initramfs completed"),
  ].join("\n");
  assert.deepEqual(stageTimes(late, 17, "other hooks"), [{ stage: "packages, initramfs", seconds: 17 }]);
});
