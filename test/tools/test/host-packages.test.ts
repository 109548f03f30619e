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

test("the quick tier does not ask for user-mode-linux", () => {
  assert.deepEqual(missingPackages(false, nothing), ["git", "strace", "util-linux"]);
});

test("the full tier asks for what a UEFI build and boot need", () => {
  assert.deepEqual(
    missingPackages(true, (what) => what === "strace" || what === "ip"),
    ["git", "kmod", "ovmf", "slirp", "user-mode-linux", "util-linux"],
  );
});
