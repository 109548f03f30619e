import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { execa } from "execa";
import { unpackedSize } from "../../../core/artifacts/unpacked-size.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const bytes = Buffer.concat([randomBytes(100_000), Buffer.alloc(3_000_000)]);

const packed: readonly (readonly [string, () => Buffer | Promise<Buffer>])[] = [
  ["gzip", () => gzipSync(bytes)],
  [
    "gzip in two parts, as kernels with microcode have it",
    () => Buffer.concat([gzipSync(bytes.subarray(0, 5000)), gzipSync(bytes.subarray(5000))]),
  ],
  ["zstd", () => zstdCompressSync(bytes)],
  ["nothing", () => Buffer.concat([Buffer.from("070701"), bytes.subarray(6)])],
  ["xz", () => through("xz", ["--format=xz", "--stdout"])],
  ["lzma, as the builder's --lzma makes it", () => through("xz", ["--format=lzma", "--stdout"])],
];

test("microcode before the packed part counts too, as dracut writes both", async (t) => {
  const path = join(temporaryDirectory(t), "r.initramfs");
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "microcode"), randomBytes(5000));
  const { stdout } = await execa("cpio", ["--quiet", "-o", "-H", "newc"], {
    cwd: directory,
    input: "microcode\n",
    encoding: "buffer",
  });
  for (const pack of [gzipSync, zstdCompressSync]) {
    writeFileSync(path, Buffer.concat([stdout, pack(bytes)]));
    assert.equal(await unpackedSize(path), stdout.length + bytes.length);
  }
  writeFileSync(path, stdout);
  assert.equal(await unpackedSize(path), stdout.length);
});

async function through(command: string, words: string[]): Promise<Buffer> {
  const { stdout } = await execa(command, words, { input: bytes, encoding: "buffer" });
  return Buffer.from(stdout);
}

for (const [what, pack] of packed) {
  test(`a ramdisk packed with ${what} is told with its unpacked bytes`, async (t) => {
    const path = join(temporaryDirectory(t), "r.initramfs");
    writeFileSync(path, await pack());
    assert.equal(await unpackedSize(path), bytes.length);
  });
}

for (const [what, pack] of [
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const) {
  test(`a ${what} that is cut off is refused`, async (t) => {
    const path = join(temporaryDirectory(t), "r.initramfs");
    writeFileSync(path, pack(bytes).subarray(0, 50_000));
    await assert.rejects(unpackedSize(path), {
      code: "image-refused",
      message: /r\.initramfs is no ramdisk that can be unpacked: /,
    });
  });
}

test("an xz that is cut off is refused", async (t) => {
  const path = join(temporaryDirectory(t), "r.initramfs");
  writeFileSync(path, (await through("xz", ["--stdout"])).subarray(0, 50_000));
  await assert.rejects(unpackedSize(path), { code: "image-refused" });
});
