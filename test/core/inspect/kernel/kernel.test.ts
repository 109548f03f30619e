import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { bannerVersion } from "../../../../core/inspect/kernel/banner.ts";
import { readKernel } from "../../../../core/inspect/kernel/kernel.ts";
import type { KernelFacts } from "../../../../core/inspect/kernel/kernel-facts.ts";
import { miniatureInitramfs } from "../../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../../support/miniature/kernel.ts";

const x86 = miniatureKernel({ version: "6.1.0-42-amd64" });
const arm = miniatureKernel({ architecture: "arm64", version: "6.1.0-42-arm64" });

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** Linux drivers/firmware/efi/libstub/zboot-header.S. */
function zboot(machine: number, compression: string, payload: Buffer): Buffer {
  const head = Buffer.alloc(512);
  head.write("MZ");
  head.write("zimg", 4);
  head.writeUInt32LE(512, 8);
  head.writeUInt32LE(payload.length, 12);
  head.write(compression, 24);
  head.writeUInt32LE(128, 60);
  head.write("PE\0\0", 128);
  head.writeUInt16LE(machine, 132);
  return Buffer.concat([head, payload]);
}
const packed = gzipSync(arm);

const kernels: readonly (readonly [string, Buffer, KernelFacts, string | undefined])[] = [
  ["x86's bzImage", x86, { kind: "bzimage", architecture: "amd64", version: "6.1.0-42-amd64" }, undefined],
  [
    "a bzImage of 32 bit",
    changed(x86, (bytes) => bytes.writeUInt16LE(0, 0x236)),
    { kind: "bzimage", architecture: "i386", version: "6.1.0-42-amd64" },
    undefined,
  ],
  [
    "a bzImage whose version points behind its setup",
    changed(x86, (bytes) => bytes.writeUInt16LE(0xffff, 0x20e)),
    { kind: "bzimage", architecture: "amd64" },
    undefined,
  ],
  [
    "a bzImage that is cut off",
    x86.subarray(0, 4000),
    { kind: "bzimage", architecture: "amd64", version: "6.1.0-42-amd64", missingBytes: 81 },
    undefined,
  ],
  ["arm64's Image", arm, { kind: "arm64-image", architecture: "arm64" }, "6.1.0-42-arm64"],
  [
    "arm64's Image in gzip",
    packed,
    { kind: "arm64-image", architecture: "arm64", compression: "gzip" },
    "6.1.0-42-arm64",
  ],
  [
    "zboot with gzip for arm64",
    zboot(0xaa64, "gzip", packed),
    { kind: "efi-zboot", architecture: "arm64", compression: "gzip", payload: { offset: 512, size: packed.length } },
    "6.1.0-42-arm64",
  ],
  [
    "zboot with zstd for amd64",
    zboot(0x8664, "zstd", zstdCompressSync(arm)),
    {
      kind: "efi-zboot",
      architecture: "amd64",
      compression: "zstd",
      payload: { offset: 512, size: zstdCompressSync(arm).length },
    },
    "6.1.0-42-arm64",
  ],
  [
    "zboot with half of its payload",
    zboot(0xaa64, "gzip", packed).subarray(0, 532),
    {
      kind: "efi-zboot",
      architecture: "arm64",
      compression: "gzip",
      payload: { offset: 512, size: packed.length },
      missingBytes: packed.length - 20,
    },
    undefined,
  ],
];
for (const [what, bytes, facts, banner] of kernels) {
  test(`${what} is told by its header`, async () => {
    const kernel = await readKernel(memorySource(bytes));
    assert.deepEqual(kernel, facts);
    assert.equal(await bannerVersion(memorySource(bytes), facts), banner);
  });
}

for (const [what, bytes] of [
  ["an initramfs", miniatureInitramfs()],
  ["a script", Buffer.from("#!/bin/sh\necho I am no kernel\n")],
  ["random bytes", randomBytes(10_000)],
  ["a boot sector", changed(Buffer.alloc(512), (bytes) => bytes.set([0x55, 0xaa], 510))],
  ["the beginning of a bzImage", x86.subarray(0, 0x220)],
  ["a zImage, loaded low", changed(x86, (bytes) => bytes.writeUInt8(0, 0x211))],
  ["another EFI program", changed(zboot(0xaa64, "gzip", packed), (bytes) => bytes.fill(0, 4, 8))],
  ["one byte", Buffer.alloc(1)],
  ["gzip of nothing", gzipSync("")],
] as const) {
  test(`${what} is no kernel`, async () => {
    assert.equal(await readKernel(memorySource(bytes)), undefined);
  });
}

test("a banner is found where it lies across two reads", async () => {
  const body = Buffer.alloc(2 ** 20 + 100);
  body.write("Linux version 6.1.0-42-arm64 (a@b)", 2 ** 20 - 20);
  const kernel = { kind: "arm64-image", architecture: "arm64" } as const;
  assert.equal(await bannerVersion(memorySource(body), kernel), "6.1.0-42-arm64");
});
