import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { withMountedImage, type ImageFile } from "./mounted-image.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const skip = process.getuid?.() === 0 ? false : "needs root";

/** A root file system of 8 MiB in an image of this form. */
async function makeImage(directory: string, { format, kind }: Omit<ImageFile, "path">): Promise<ImageFile> {
  const root = join(directory, "root");
  mkdirSync(join(root, "etc"), { recursive: true });
  writeFileSync(join(root, "etc/hostname"), "my-image\n");
  const raw = join(directory, "image.raw");
  const offset = kind === "partition" ? 0 : 4;
  await execa("truncate", ["--size", "16M", raw]);
  if (kind === "whole-disk") await execa("sgdisk", ["--new=1:1M:+2M", "--new=2:4M:+8M", raw]);
  await execa("mkfs.ext4", ["-q", "-F", "-d", root, "-E", `offset=${offset * 1024 * 1024}`, raw, "8M"]);
  const path = join(directory, `image.${format}`);
  if (format === "qcow2") await execa("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, path]);
  return { path, format, kind };
}

/** What a mount leaves when it is not undone. */
async function traces(): Promise<string> {
  const { stdout: loops } = await execa("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"]);
  const ours = (text: string) => text.split("\n").filter((line) => line.includes("ironic-images-mount"));
  return JSON.stringify([
    ours(loops),
    ours(readFileSync("/proc/mounts", "utf8")),
    readdirSync(tmpdir()).filter((name) => name.startsWith("ironic-images-mount")),
  ]);
}

for (const format of ["qcow2", "raw"] as const) {
  for (const kind of ["partition", "whole-disk"] as const) {
    test(
      `the files of a ${kind} image in ${format} can be read, not written, and nothing is left`,
      { skip },
      async (t) => {
        const before = await traces();
        const image = await makeImage(temporaryDirectory(t), { format, kind });
        const hostname = await withMountedImage(image, (root) => {
          assert.throws(() => writeFileSync(join(root, "etc/hostname"), "other"), { code: "EROFS" });
          return readFileSync(join(root, "etc/hostname"), "utf8");
        });
        assert.equal(hostname, "my-image\n");
        assert.equal(await traces(), before);
      },
    );
  }
}

test("a failure inside passes through, and nothing is left", { skip }, async (t) => {
  const before = await traces();
  const image = await makeImage(temporaryDirectory(t), { format: "raw", kind: "partition" });
  const failure = new Error("not as expected");
  await assert.rejects(
    withMountedImage(image, () => Promise.reject(failure)),
    failure,
  );
  assert.equal(await traces(), before);
});

test("what is no file system is refused, and nothing is left", { skip }, async (t) => {
  const before = await traces();
  const path = join(temporaryDirectory(t), "image.raw");
  writeFileSync(path, Buffer.alloc(1024 * 1024, "no file system "));
  await assert.rejects(
    withMountedImage({ path, format: "raw", kind: "partition" }, () => undefined),
    /mount/,
  );
  assert.equal(await traces(), before);
});
