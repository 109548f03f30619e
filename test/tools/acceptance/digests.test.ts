import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { digestsOf } from "../../../tools/acceptance/digests.ts";

const hex = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest("hex");
async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const bytes = Buffer.concat([randomBytes(300_000), Buffer.alloc(2_000_000)]);

test("a stream has its sha256, and the digest that is asked for", async () => {
  const { value, ...rest } = await digestsOf(inPieces(bytes, 65_536), "sha512");
  assert.deepEqual(rest, { sha256: hex("sha256", bytes) });
  assert.equal(value, hex("sha512", bytes));
});

test("of what is packed with zstd the content has one too", async () => {
  const packed = zstdCompressSync(bytes);
  assert.deepEqual(await digestsOf(inPieces(packed, 10_000)), {
    sha256: hex("sha256", packed),
    unpackedSha256: hex("sha256", bytes),
  });
});

test("what only begins like zstd, or is cut off, has none", async () => {
  const packed = zstdCompressSync(bytes);
  const damaged = Buffer.concat([packed.subarray(0, 20_000), randomBytes(1_000), packed.subarray(21_000)]);
  for (const broken of [damaged, Buffer.concat([packed.subarray(0, 4), randomBytes(100_000)])]) {
    const { sha256, unpackedSha256 } = await digestsOf(inPieces(broken, 10_000));
    assert.equal(sha256, hex("sha256", broken));
    assert.notEqual(unpackedSha256, hex("sha256", bytes));
  }
});
