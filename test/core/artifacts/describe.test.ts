import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { describeFile } from "../../../core/artifacts/describe.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const digest = (algorithm: string, content: string | Buffer) => createHash(algorithm).update(content).digest("hex");

for (const format of ["raw", "aki", "ari"] as const) {
  test(`a file of format ${format} is described by its bytes`, async (t) => {
    const path = join(temporaryDirectory(t), "file");
    // More than one chunk, and no whole number of them.
    const content = Buffer.alloc(2_500_001, "ironic");
    writeFileSync(path, content);
    assert.deepEqual(await describeFile(path, format), {
      size: content.length,
      sha256: digest("sha256", content),
      sha512: digest("sha512", content),
      md5: digest("md5", content),
      format,
      virtualSize: content.length,
    });
  });
}

test("a qcow2 image has the virtual size that its guest sees", async (t) => {
  const path = join(temporaryDirectory(t), "a:b.qcow2");
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", `file:${path}`, "10M"]);
  const description = await describeFile(path, "qcow2");
  assert.equal(description.virtualSize, 10 * 1024 * 1024);
  assert.equal(description.size, (await stat(path)).size);
});

test("what is declared qcow2 and is none is refused", async (t) => {
  const path = join(temporaryDirectory(t), "file.qcow2");
  writeFileSync(path, "this is text");
  await assert.rejects(describeFile(path, "qcow2"), {
    code: "image-refused",
    message: /file\.qcow2 is no readable qcow2 image/,
  });
});

test("a qcow2 image with a backing file is refused", async (t) => {
  const directory = temporaryDirectory(t);
  await execa("qemu-img", ["create", "-q", "-f", "raw", join(directory, "base"), "1M"]);
  await execa("qemu-img", [
    "create",
    "-q",
    "-f",
    "qcow2",
    "-b",
    join(directory, "base"),
    "-F",
    "raw",
    join(directory, "top"),
  ]);
  await assert.rejects(describeFile(join(directory, "top"), "qcow2"), {
    code: "image-refused",
    message: /needs another file \(.*base\)/,
  });
});

test("a qcow2 image with an external data file is refused", async (t) => {
  const directory = temporaryDirectory(t);
  await execa("qemu-img", [
    "create",
    "-q",
    "-f",
    "qcow2",
    "-o",
    `data_file=${join(directory, "data")}`,
    join(directory, "top"),
    "1M",
  ]);
  await assert.rejects(describeFile(join(directory, "top"), "qcow2"), {
    code: "image-refused",
    message: /needs another file \(.*data\)/,
  });
});

for (const [what, message, make] of [
  ["a symbolic link", /is a symbolic link/, async (path: string) => symlinkSync("/etc/hostname", path)],
  ["a FIFO", /is not a regular file/, async (path: string) => void (await execa("mkfifo", [path]))],
  ["a directory", /is not a regular file/, async (path: string) => void (await execa("mkdir", [path]))],
  ["an empty file", /is empty/, async (path: string) => writeFileSync(path, "")],
] as const) {
  test(`${what} is refused, and nothing hangs`, async (t) => {
    const path = join(temporaryDirectory(t), "file");
    await make(path);
    await assert.rejects(describeFile(path, "raw"), { code: "artifact-file-refused", message });
  });
}
