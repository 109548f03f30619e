import assert from "node:assert/strict";
import { test } from "node:test";
import { missingPackages } from "../../../tools/test/host-packages.ts";

const nothing = () => false;

test("a machine that has everything needs no package", () => {
  assert.deepEqual(
    missingPackages(true, () => true),
    [],
  );
});

const quick = ["cryptsetup-bin", "fdisk", "git", "mtools", "parted", "strace", "util-linux", "xfsprogs", "xorriso"];

test("the quick tier does not ask for user-mode-linux", () => {
  assert.deepEqual(missingPackages(false, nothing), quick);
});

test("the full tier asks for what a UEFI build and boot need", () => {
  assert.deepEqual(
    missingPackages(true, (what) => what === "strace" || what === "ip"),
    [...quick.filter((name) => name !== "strace"), "kmod", "ovmf", "slirp", "user-mode-linux"].sort(),
  );
});
