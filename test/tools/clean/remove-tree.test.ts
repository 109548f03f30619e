import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { mountsIn, removeTree, sizeOf } from "../../../tools/clean/remove-tree.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const mountinfo = [
  "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
  "30 22 0:5 / /p/.images/builds/b/mnt/dev rw - devtmpfs udev rw",
  String.raw`31 22 0:6 / /p/with\040space/x rw - tmpfs t rw`,
  "32 22 0:7 / /p/.images-other rw - tmpfs t rw",
].join("\n");

for (const [path, expected] of [
  ["/p/.images", ["/p/.images/builds/b/mnt/dev"]],
  ["/p/with space", ["/p/with space/x"]],
  ["/p/.images-other", ["/p/.images-other"]],
  ["/p/node_modules", []],
] as const) {
  test(`mounts in ${path}`, () => assert.deepEqual(mountsIn(path, mountinfo), expected));
}

test("a directory goes with all that is in it, but not what its links lead to", async (t) => {
  const root = temporaryDirectory(t);
  mkdirSync(join(root, "tree/deep"), { recursive: true });
  mkdirSync(join(root, "elsewhere"));
  writeFileSync(join(root, "elsewhere/file"), "x");
  writeFileSync(join(root, "tree/deep/file"), Buffer.alloc(50_000, 1));
  symlinkSync(join(root, "elsewhere"), join(root, "tree/link"));
  assert.ok((await sizeOf(join(root, "tree"))) >= 50_000);
  await removeTree(join(root, "tree"));
  assert.ok(!existsSync(join(root, "tree")));
  assert.ok(existsSync(join(root, "elsewhere/file")));
  await removeTree(join(root, "tree"));
});

test("a directory with a mount in it stays as it is", async (t) => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return t.skip("needs root on Linux");
  const root = temporaryDirectory(t);
  const point = join(root, "tree/a mount");
  mkdirSync(point, { recursive: true });
  writeFileSync(join(root, "tree/file"), "x");
  const mounted = await execa("mount", ["-t", "tmpfs", "none", point], { reject: false });
  if (mounted.exitCode !== 0) return t.skip("needs the right to mount");
  try {
    writeFileSync(join(point, "inside"), "x");
    await assert.rejects(removeTree(join(root, "tree")), { code: "clean-mounted", details: point });
    assert.ok(existsSync(join(point, "inside")) && existsSync(join(root, "tree/file")));
  } finally {
    await execa("umount", [point]);
  }
});
