import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import {
  inspectContent,
  inspectHeaders,
  type FileFinding,
  type WantedArtifact,
} from "../../../core/inspect/artifact.ts";
import { memorySource } from "../../../core/inspect/byte-source.ts";
import { bootFileRules } from "../../../core/inspect/rules/boot-files.ts";
import { contentRules } from "../../../core/inspect/rules/content.ts";
import { miniatureDisk, miniatureRoot } from "../../support/miniature/disk.ts";
import { cpio, miniatureInitramfs } from "../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../support/miniature/kernel.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { isThere } from "./corpus/workshop.ts";

interface Files {
  readonly image?: Buffer;
  readonly kernel?: Buffer;
  readonly ramdisk?: Buffer;
}

const partition: WantedArtifact = { kind: "partition", architecture: "amd64", diskFormat: "raw", allowLuks: false };
const deploy: WantedArtifact = { kind: "deploy-download", architecture: "amd64", allowLuks: false };
const kernel = miniatureKernel();
const ramdisk = miniatureInitramfs();
const image = miniatureRoot();
const never = () => assert.fail("nothing here needs a tool of the host");

function sourcesOf(files: Files) {
  return Object.fromEntries(Object.entries(files).map(([role, bytes]) => [role, memorySource(bytes as Buffer)]));
}

async function findings(files: Files, wanted: WantedArtifact): Promise<readonly FileFinding[]> {
  return (await inspectContent(sourcesOf(files), wanted, never)).findings;
}

const script = Buffer.from("#!/bin/sh\necho I am no kernel\n");
const otherModules = miniatureInitramfs({ version: "5.10.0-other" });
const arm = miniatureKernel({ architecture: "arm64" });
const is32Bit = Buffer.from(kernel);
is32Bit.writeUInt16LE(0, 0x236);
const withoutGrub = Buffer.from(image);
withoutGrub.write("grub-instead", withoutGrub.indexOf("grub-install"));

test("good artifacts of all kinds have no findings", async () => {
  assert.deepEqual(await findings({ image, kernel, ramdisk }, partition), []);
  assert.deepEqual(await findings({ kernel, ramdisk }, deploy), []);
  assert.deepEqual(await findings({ kernel: arm, ramdisk }, { ...deploy, architecture: "arm64" }), []);
  assert.deepEqual(
    await findings({ image: miniatureDisk() }, { ...partition, kind: "whole-disk", firmware: "bios" }),
    [],
  );
});

const headerCases: readonly (readonly [string, Files, string, RegExp])[] = [
  ["swapped files", { kernel: ramdisk, ramdisk: kernel }, "kernel-and-ramdisk-not-swapped", /they are swapped/],
  ["a script as kernel", { kernel: script, ramdisk }, "kernel-is-kernel", /^it is a script, and must be a kernel/],
  ["two initramfs", { kernel: ramdisk, ramdisk }, "kernel-is-kernel", /^it is an initramfs \(gzip\)/],
  [
    "random bytes as kernel",
    { kernel: randomBytes(5000), ramdisk },
    "kernel-is-kernel",
    /^it is nothing that is known/,
  ],
  ["two kernels", { kernel, ramdisk: kernel }, "ramdisk-is-initramfs", /^it is a kernel \(bzimage\)/],
  ["text as ramdisk", { kernel, ramdisk: Buffer.from("text") }, "ramdisk-is-initramfs", /nothing that is known/],
  ["half a kernel", { kernel: kernel.subarray(0, 2048), ramdisk }, "kernel-whole", /^its last 2033 bytes are missing/],
  ["another architecture", { kernel: arm, ramdisk }, "kernel-of-architecture", /for arm64, and amd64 is declared/],
  ["a kernel of 32 bit", { kernel: is32Bit, ramdisk }, "kernel-of-architecture", /for i386, and amd64 is declared/],
];
for (const [what, files, rule, message] of headerCases) {
  test(`${what} is refused by its headers, with one finding`, async () => {
    const { findings: found } = await inspectHeaders(sourcesOf(files), deploy);
    assert.deepEqual(
      found.map((finding) => [finding.rule, finding.severity]),
      [[rule, "error"]],
    );
    assert.match(found[0]?.message ?? "", message);
  });
}

const contentCases: readonly (readonly [string, Files, WantedArtifact, string, "error" | "warning", RegExp])[] = [
  [
    "an initramfs that is cut off",
    { kernel, ramdisk: ramdisk.subarray(0, -20) },
    deploy,
    "initramfs-unpacks",
    "error",
    /^the kernel could not unpack it: it cannot be unpacked \(gzip\): unexpected end of file; build or download it again/,
  ],
  [
    "an initramfs of another kernel",
    { kernel, ramdisk: otherModules },
    deploy,
    "initramfs-of-kernel",
    "error",
    /^it has modules for kernel 5\.10\.0-other, and the kernel is 6\.1\.0-miniature/,
  ],
  [
    "an initramfs of another kernel on arm64, whose version is in its body",
    { kernel: arm, ramdisk: otherModules },
    { ...deploy, architecture: "arm64" },
    "initramfs-of-kernel",
    "error",
    /and the kernel is 6\.1\.0-miniature/,
  ],
  [
    "an initramfs without modules",
    { kernel, ramdisk: gzipSync(cpio([{ name: "init" }])) },
    deploy,
    "initramfs-has-modules",
    "warning",
    /^it has no kernel modules/,
  ],
  [
    "a partition image without GRUB",
    { image: withoutGrub, kernel, ramdisk },
    partition,
    "partition-image-has-grub",
    "warning",
    /^it has no grub-install, and Ironic no longer boots instances over the network/,
  ],
];
for (const [what, files, wanted, rule, severity, message] of contentCases) {
  test(`${what} gives one ${severity}`, async () => {
    const found = await findings(files, wanted);
    assert.deepEqual(
      found.map((finding) => [finding.rule, finding.severity]),
      [[rule, severity]],
    );
    assert.match(found[0]?.message ?? "", message);
  });
}

test("random bytes are no partition image and no whole-disk image", async () => {
  const bytes = randomBytes(200_000);
  const rules = async (wanted: WantedArtifact, files: Files) =>
    (await findings(files, wanted)).map(({ rule, severity }) => `${severity} ${rule}`);
  assert.deepEqual(await rules(partition, { image: bytes, kernel, ramdisk }), ["error partition-image-is-file-system"]);
  const wholeDisk = { ...partition, kind: "whole-disk", firmware: "bios" } as const;
  assert.ok((await rules(wholeDisk, { image: bytes })).includes("error whole-disk-image-has-table"));
});

test("everything that is wrong is told at once", async () => {
  const found = await findings({ image: randomBytes(200_000), kernel: arm, ramdisk: otherModules }, partition);
  assert.deepEqual(
    found.map(({ rule, role }) => `${role} ${rule}`),
    ["image partition-image-is-file-system", "kernel kernel-of-architecture", "ramdisk initramfs-of-kernel"],
  );
});

test("an XFS root is not looked into, and that is said", async (t) => {
  if (!isThere("mkfs.xfs")) return t.skip("needs mkfs.xfs (Debian: xfsprogs)");
  const path = join(temporaryDirectory(t), "xfs");
  await execa("truncate", ["--size", "300M", path]);
  await execa("mkfs.xfs", ["-q", path], { env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } });
  const found = await findings({ image: readFileSync(path), kernel, ramdisk }, partition);
  assert.deepEqual(
    found.map(({ rule, severity }) => `${severity} ${rule}`),
    ["warning partition-image-has-grub"],
  );
  assert.match(found[0]?.message ?? "", /^its file system \(xfs\) was not looked into/);
});

describe("a whole-disk image for UEFI", () => {
  const uefi: WantedArtifact = { ...partition, kind: "whole-disk", firmware: "uefi" };
  let skip: string | undefined;

  before(() => {
    skip = ["sgdisk", "mkfs.vfat", "mcopy"].every(isThere) ? undefined : "needs sgdisk, mkfs.vfat and mcopy";
  });

  async function disk(t: TestContext, file: string): Promise<Buffer> {
    const path = join(temporaryDirectory(t), "disk");
    const run = (command: string, ...words: string[]) =>
      execa(command, words, { env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } });
    await run("truncate", "--size", "8M", path);
    await run("sgdisk", "--new=1:2048:10239", "--typecode=1:EF00", "--new=2:10240:14335", path);
    await run("mkfs.vfat", "--offset=2048", path, "4096");
    await run("mmd", "-i", `${path}@@1M`, "::EFI", "::EFI/BOOT");
    await run("mcopy", "-i", `${path}@@1M`, "/etc/hostname", `::${file}`);
    return readFileSync(path);
  }

  it("has what firmware looks for on a new disk", async (t) => {
    if (skip !== undefined) return t.skip(skip);
    const made = await disk(t, "EFI/BOOT/BOOTX64.EFI");
    assert.deepEqual(await findings({ image: made }, uefi), []);
    const [other, ...rest] = await findings({ image: made }, { ...uefi, architecture: "arm64" });
    assert.deepEqual([other?.rule, other?.severity, rest], ["efi-boot-file", "error", []]);
    assert.match(other?.message ?? "", /has no EFI\/BOOT\/BOOTAA64\.EFI, which is all that firmware looks for/);
  });

  it("is refused with a boot loader anywhere else", async (t) => {
    if (skip !== undefined) return t.skip(skip);
    const found = await findings({ image: await disk(t, "EFI/GRUBX64.EFI") }, uefi);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ["efi-boot-file"],
    );
  });
});

test("every rule has a name of its own, says where it comes from, and is in a case above", () => {
  const rules = [...bootFileRules, ...contentRules];
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  for (const { source } of rules) assert.ok(source.length > 10);
  const cases = new Set([...headerCases.map(([, , rule]) => rule), ...contentCases.map(([, , , rule]) => rule)]);
  assert.deepEqual(
    rules.map(({ name }) => name).filter((name) => !cases.has(name)),
    ["efi-boot-file"],
  );
});
