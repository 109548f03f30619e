import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileSource, largestRead, memorySource, type ByteSource } from "../../../core/inspect/byte-source.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const content = Buffer.from("0123456789");

const sources: readonly (readonly [
  string,
  (run: (source: ByteSource) => Promise<void>, path: string) => Promise<void>,
])[] = [
  ["a buffer", (run) => run(memorySource(content))],
  [
    "a file",
    async (run, path) => {
      writeFileSync(path, content);
      await using handle = await open(path);
      await run(await fileSource(handle));
    },
  ],
];

for (const [what, withSource] of sources) {
  test(`${what} is read at any offset, short at its end, and counted`, async (t) => {
    await withSource(
      async (source) => {
        assert.equal(source.size, 10);
        assert.equal(String(await source.read(2, 3)), "234");
        assert.equal(String(await source.read(8, 100)), "89");
        assert.equal(source.bytesRead, 5);
        for (const offset of [10, 11, Number.MAX_SAFE_INTEGER]) assert.equal((await source.read(offset, 4)).length, 0);
        assert.equal((await source.read(0, 0)).length, 0);
        assert.equal(source.bytesRead, 5);
      },
      join(temporaryDirectory(t), "file"),
    );
  });

  test(`${what} is not read at offsets and lengths that make no sense`, async (t) => {
    await withSource(
      async (source) => {
        for (const [offset, length] of [
          [-1, 1],
          [NaN, 1],
          [0.5, 1],
          [2 ** 53, 1],
          [0, -1],
          [0, Infinity],
          [0, largestRead + 1],
        ] as const) {
          await assert.rejects(source.read(offset, length), RangeError, `${offset}, ${length}`);
        }
      },
      join(temporaryDirectory(t), "file"),
    );
  });
}

test("a file that becomes shorter while it is read gives what it still has", async (t) => {
  const path = join(temporaryDirectory(t), "file");
  writeFileSync(path, content);
  await using handle = await open(path);
  const source = await fileSource(handle);
  truncateSync(path, 4);
  assert.equal(String(await source.read(2, 8)), "23");
});
