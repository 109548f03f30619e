import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync, zstdCompressSync } from "node:zlib";
import { decompressCluster } from "../../../../core/inspect/qcow2/decompress.ts";
import { randomBuffer, randomFrom } from "../random.ts";

const size = 65536;
const random = randomFrom(9);
const clusters: readonly (readonly [string, Buffer])[] = [
  ["zeros", Buffer.alloc(size)],
  ["text", Buffer.alloc(size, "some text that comes again ")],
  ["noise", randomBuffer(random, size)],
  ["half noise", Buffer.concat([randomBuffer(random, size / 2), Buffer.alloc(size / 2)])],
];
const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const noSize = { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } };

for (const [what, cluster] of clusters) {
  for (const [how, type, packed] of [
    ["deflate", 0, deflateRawSync(cluster)],
    ["zstd", 1, zstdCompressSync(cluster)],
    ["zstd with a checksum", 1, zstdCompressSync(cluster, checksum)],
    ["zstd without the size", 1, zstdCompressSync(cluster, noSize)],
  ] as const) {
    test(`a cluster of ${what} comes out of ${how}, whatever follows it in its sectors`, () => {
      for (const after of [Buffer.alloc(0), Buffer.alloc(300), packed, randomBuffer(random, 100)])
        assert.ok(decompressCluster(Buffer.concat([packed, after]), type, size)?.equals(cluster));
    });

    test(`a cluster of ${what} in ${how} that is cut off, or of another size, is none`, () => {
      assert.equal(decompressCluster(packed.subarray(0, packed.length - 5), type, size), undefined);
      assert.equal(decompressCluster(packed, type, size / 2), undefined);
      assert.equal(decompressCluster(packed, type, size * 2), undefined);
      assert.equal(decompressCluster(Buffer.alloc(0), type, size), undefined);
    });
  }
}
