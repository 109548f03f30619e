import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { describeFile, hashFile } from "../../../core/artifacts/describe.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const digest = (algorithm: string, content: string | Buffer) => createHash(algorithm).update(content).digest("hex");

// More than one chunk, and no whole number of them; and more than enough for threads.
for (const size of [2_500_001, 40_000_001])
  test(`a file of ${size} bytes is described by its bytes`, async (t) => {
    const path = join(temporaryDirectory(t), "file");
    const content = Buffer.alloc(size, "ironic");
    writeFileSync(path, content);
    const sha256 = digest("sha256", content);
    assert.deepEqual(await hashFile(path), { size, sha256 });
    assert.deepEqual(await describeFile(path), { size, sha256, sha512: digest("sha512", content) });
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
    await assert.rejects(describeFile(path), { code: "artifact-file-refused", message });
  });
}
