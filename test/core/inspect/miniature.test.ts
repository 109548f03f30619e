import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { memorySource } from "../../../core/inspect/byte-source.ts";
import { isFileInExt } from "../../../core/inspect/filesystem/ext-files.ts";
import { readInitramfs } from "../../../core/inspect/initramfs/initramfs.ts";
import { readKernel } from "../../../core/inspect/kernel/kernel.ts";
import { miniatureDisk, miniatureRoot } from "../../support/miniature/disk.ts";
import { miniatureInitramfs } from "../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../support/miniature/kernel.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const never = () => assert.fail("nothing here needs a tool of the host");

test("a miniature root is an ext2 file system without a mistake to e2fsck, with the boot loader's installer", async (t) => {
  const path = join(temporaryDirectory(t), "root");
  writeFileSync(path, miniatureRoot());
  const { stdout, exitCode } = await execa("e2fsck", ["-f", "-n", path], { reject: false });
  assert.equal(exitCode, 0, stdout);
  assert.equal(await isFileInExt(memorySource(miniatureRoot()), "usr/sbin/grub-install"), true);
});

test("a miniature disk has one bootable partition to sfdisk", async (t) => {
  const path = join(temporaryDirectory(t), "disk");
  writeFileSync(path, miniatureDisk());
  const { stdout } = await execa("sfdisk", ["--dump", path]);
  assert.match(stdout, /label: dos[\s\S]*start= +1024, size= +128, type=83, bootable/);
});

test("file(1) names kind and version of the miniature kernels", async (t) => {
  const path = join(temporaryDirectory(t), "kernel");
  writeFileSync(path, miniatureKernel({ version: "6.1.0-42-amd64" }));
  assert.match(
    (await execa("file", [path])).stdout,
    /Linux kernel x86 boot executable bzImage, version 6\.1\.0-42-amd64/,
  );
  writeFileSync(path, miniatureKernel({ architecture: "arm64" }));
  assert.match((await execa("file", [path])).stdout, /Linux kernel ARM64 boot executable Image/);
});

test("cpio unpacks a miniature initramfs", async (t) => {
  const directory = temporaryDirectory(t);
  const archive = join(directory, "initramfs");
  writeFileSync(archive, miniatureInitramfs());
  const { stdout } = await execa("sh", ["-c", "gzip -dc initramfs | cpio --quiet -t"], { cwd: directory });
  assert.ok(stdout.split("\n").includes("lib/modules/6.1.0-miniature/modules.dep"), stdout);
});

test("kernel and initramfs of a miniature are of one version", async () => {
  const kernel = await readKernel(memorySource(miniatureKernel()));
  const initramfs = await readInitramfs(memorySource(miniatureInitramfs()), never);
  assert.deepEqual(kernel, { kind: "bzimage", architecture: "amd64", version: "6.1.0-miniature" });
  assert.deepEqual(initramfs.moduleVersions, ["6.1.0-miniature"]);
  assert.deepEqual([initramfs.parts, initramfs.broken], [["gzip"], undefined]);
});
