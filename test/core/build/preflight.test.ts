import assert from "node:assert/strict";
import test from "node:test";
import { knownCommands, missingForBuild, requireFitHost, type BuildHost } from "../../../core/build/preflight.ts";

const fit: BuildHost = {
  platform: "linux",
  privileged: true,
  builder: "1.0",
  commands: new Set(knownCommands),
  loopDevices: true,
  vfat: true,
  dockerenv: true,
};
const partition = { kind: "partition", distribution: "debian", builder: { "diskimage-builder": "1.0" } } as const;
const uefi = {
  kind: "whole-disk",
  distribution: "ubuntu",
  firmware: "uefi",
  builder: { "diskimage-builder": "1.0" },
} as const;
const without = (...commands: string[]): BuildHost => ({
  ...fit,
  commands: new Set(knownCommands.filter((command) => !commands.includes(command))),
});

const cases: [string, BuildHost, typeof partition | typeof uefi, RegExp[]][] = [
  ["a fit host", fit, uefi, []],
  [
    "another system",
    { ...fit, platform: "darwin", privileged: false },
    partition,
    [/^images are built on Linux, this is darwin$/],
  ],
  ["no root", { ...fit, privileged: false }, partition, [/sudo -n/]],
  [
    "no builder",
    { platform: "linux", privileged: true, commands: fit.commands, loopDevices: true, vfat: true, dockerenv: false },
    partition,
    [/disk-image-create is not on PATH, or does not run: install diskimage-builder 1\.0/],
  ],
  ["another builder", { ...fit, builder: "0.9" }, partition, [/diskimage-builder is 0\.9, pinned is 1\.0/]],
  [
    "two missing commands, in one sentence with their packages",
    without("debootstrap", "qemu-img"),
    partition,
    [/^qemu-img, debootstrap not found: apt-get install qemu-utils debootstrap$/],
  ],
  [
    "one package for several commands",
    without("losetup", "unshare", "flock"),
    partition,
    [/apt-get install util-linux mount$/],
  ],
  ["kpartx is for whole disks", without("kpartx", "sgdisk", "mkfs.vfat"), partition, []],
  [
    "UEFI whole disk",
    without("kpartx", "sgdisk", "mkfs.vfat", "dmsetup", "unsquashfs"),
    uefi,
    [/apt-get install squashfs-tools kpartx dmsetup gdisk dosfstools$/],
  ],
  ["no VFAT", { ...fit, vfat: false }, uefi, [/VFAT/]],
  ["no VFAT is no matter for a partition image", { ...fit, vfat: false }, partition, []],
  ["no loop devices", { ...fit, loopDevices: false }, partition, [/modprobe loop/]],
];
for (const [title, host, inputs, expected] of cases) {
  test(`preflight: ${title}`, () => {
    const missing = missingForBuild(host, inputs);
    assert.equal(missing.length, expected.length, missing.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(missing[index] ?? "", pattern);
  });
}

test("dmsetup is asked for only where diskimage-builder believes to be in a container", () => {
  assert.deepEqual(missingForBuild({ ...without("dmsetup"), dockerenv: false }, uefi), []);
});

test("everything that is missing stands in one error", () => {
  assert.throws(() => requireFitHost({ ...without("kpartx"), privileged: false, vfat: false }, uefi, "my-image"), {
    code: "build-host-unfit",
    message: /cannot build my-image: .*sudo -n.*; kpartx not found.*; .*VFAT/,
  });
});
