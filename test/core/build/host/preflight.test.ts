import assert from "node:assert/strict";
import test from "node:test";
import {
  knownCommands,
  missingForBuild,
  requireFitHost,
  type BuildHost,
} from "../../../../core/build/host/preflight.ts";

const fit: BuildHost = {
  platform: "linux",
  privileged: true,
  builder: { "diskimage-builder": "1.0" },
  commands: new Set(knownCommands),
  architectures: new Set(["amd64"]),
  loopDevices: true,
  namespaces: true,
  vfat: true,
  dockerenv: true,
};
const { builder: _, ...unbuilt }: BuildHost = { ...fit, dockerenv: false };
const partition = {
  kind: "partition",
  distribution: "debian",
  architecture: "amd64",
  builder: { "diskimage-builder": "1.0" },
} as const;
const uefi = {
  kind: "whole-disk",
  distribution: "ubuntu",
  architecture: "amd64",
  firmware: "uefi",
  builder: { "diskimage-builder": "1.0" },
} as const;
const ramdisk = {
  kind: "deploy-build",
  distribution: "debian-minimal",
  architecture: "amd64",
  agent: { sha256: "a" },
  requirements: { sha256: "b" },
  simpleInit: { sha256: "c" },
  compression: "gzip",
  builder: { "diskimage-builder": "1.0", "ironic-python-agent-builder": "2.0" },
} as const;
const bothBuilders = { "diskimage-builder": "1.0", "ironic-python-agent-builder": "2.0" };
const without = (...commands: string[]): BuildHost => ({
  ...fit,
  commands: new Set(knownCommands.filter((command) => !commands.includes(command))),
});

const cases: [string, BuildHost, Parameters<typeof missingForBuild>[1], RegExp[]][] = [
  ["a fit host", fit, uefi, []],
  [
    "another system",
    { ...fit, platform: "darwin", privileged: false },
    partition,
    [/^images are built on Linux, this is darwin$/],
  ],
  [
    "another architecture",
    fit,
    { ...partition, architecture: "arm64" },
    [/^programs of arm64 do not run here: build on such a machine/],
  ],
  [
    "another architecture by emulation",
    { ...fit, architectures: new Set(["amd64", "arm64"]) },
    { ...partition, architecture: "arm64" },
    [],
  ],
  ["no root", { ...fit, privileged: false }, partition, [/sudo -n/]],
  [
    "no builder",
    unbuilt,
    partition,
    [/disk-image-create is not on PATH, or does not run: install diskimage-builder 1\.0/],
  ],
  [
    "another builder",
    { ...fit, builder: { "diskimage-builder": "0.9" } },
    partition,
    [/diskimage-builder is 0\.9, pinned is 1\.0/],
  ],
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
  [
    "what only ramdisks need is no matter for images",
    without("cpio", "rsync", "curl", "zstd", "git", "openssl"),
    uefi,
    [],
  ],
  [
    "a ramdisk of archives",
    { ...without("cpio", "rsync", "curl", "zstd", "git", "openssl"), builder: bothBuilders },
    ramdisk,
    [/^cpio, curl, rsync not found: apt-get install cpio curl rsync$/],
  ],
  [
    "a ramdisk of a git source, with zstd and a certificate of its own",
    { ...without("zstd", "git", "openssl"), builder: bothBuilders },
    { ...ramdisk, agent: { gitRef: "x" }, compression: "zstd", tls: { selfSigned: { hostname: "h", days: 1 } } },
    [/^zstd, git, openssl not found: apt-get install zstd git openssl$/],
  ],
  [
    "another agent builder",
    { ...fit, builder: { ...bothBuilders, "ironic-python-agent-builder": "1.9" } },
    ramdisk,
    [/^ironic-python-agent-builder is 1\.9, pinned is 2\.0/],
  ],
  [
    "no agent builder",
    unbuilt,
    ramdisk,
    [/^ironic-python-agent-builder is not on PATH, or does not run: install ironic-python-agent-builder 2\.0/],
  ],
  ["no loop devices", { ...fit, loopDevices: false }, partition, [/modprobe loop/]],
  ["a container without rights", { ...fit, namespaces: false }, partition, [/^root cannot make namespaces here/]],
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
