import assert from "node:assert/strict";
import test from "node:test";
import { trackPhases } from "../../../../core/build/output/phases.ts";

test("phases and hooks follow what diskimage-builder prints, and their times add up", () => {
  const phases = trackPhases(1000);
  const steps: [number, string, string, string | undefined][] = [
    [2000, "Building elements: base debian-minimal", "elements", undefined],
    [3000, "dib-run-parts Running /mnt/tmp/dib_build.x/hooks/root.d/08-debootstrap", "root.d", "root.d/08-debootstrap"],
    [3500, "I: Retrieving InRelease", "root.d", "root.d/08-debootstrap"],
    [33_000, "dib-run-parts 08-debootstrap completed", "root.d", undefined],
    [
      34_000,
      "dib-run-parts Running /tmp/in_target.d/install.d/01-package-installs",
      "install.d",
      "install.d/01-package-installs",
    ],
    [40_000, "Calculating image size (this may take a minute)...", "image-size", undefined],
    [41_000, "dib-run-parts Running /mnt/tmp/dib_build.x/hooks/cleanup.d/99-x", "cleanup.d", "cleanup.d/99-x"],
    [42_000, "Converting image using qemu-img convert", "convert", undefined],
  ];
  for (const [now, line, phase, hook] of steps) {
    phases.line(`2026-11-23 07:47:56.747 | ${line}`, now);
    assert.deepEqual([phases.phase, phases.hook], [phase, hook], line);
  }
  assert.deepEqual(phases.seconds(46_000), {
    start: 1,
    elements: 1,
    "root.d": 31,
    "install.d": 6,
    "image-size": 1,
    "cleanup.d": 1,
    convert: 4,
  });
});

test("a line that only quotes diskimage-builder is not taken for a phase", () => {
  const phases = trackPhases(0);
  assert.equal(phases.line("+ echo dib-run-parts Running /tmp/in_target.d/install.d/50-x", 1), false);
  assert.equal(phases.phase, "start");
});
