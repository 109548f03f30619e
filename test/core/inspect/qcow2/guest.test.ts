import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { test } from "node:test";
import { IronicImagesError } from "../../../../core/errors.ts";
import { fileSource, memorySource } from "../../../../core/inspect/byte-source.ts";
import { followClusters } from "../../../../core/inspect/qcow2/clusters.ts";
import { guestSource } from "../../../../core/inspect/qcow2/guest.ts";
import { readQcow2Header } from "../../../../core/inspect/qcow2/header.ts";
import { layoutProblem } from "../../../../core/inspect/qcow2/layout.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { randomFrom } from "../random.ts";
import { mutate, mutated } from "../corpus/mutants.ts";
import { asQcow2, sampleDisk } from "./images.ts";

const disk = sampleDisk();

for (const [options, words] of [
  ["", []],
  ["compat=0.10", []],
  ["compat=0.10,cluster_size=512", []],
  ["cluster_size=512", ["-c"]],
  ["cluster_size=4k", []],
  ["cluster_size=2M", []],
  ["preallocation=metadata", []],
  ["preallocation=full", []],
  ["lazy_refcounts=on,refcount_bits=1", []],
  ["", ["-c"]],
  ["compression_type=zstd", ["-c"]],
  ["compression_type=zstd,cluster_size=512", ["-c"]],
  ["compression_type=zstd,cluster_size=2M", ["-c"]],
  ["cluster_size=2M", ["-c"]],
] as const) {
  const name = [options || "defaults", ...words].join(" ");
  test(`the guest's disk of a qcow2 file with ${name} is the disk that it was made from`, async (t) => {
    const path = await asQcow2(temporaryDirectory(t), disk, options, ...words);
    await using handle = await open(path);
    const file = await fileSource(handle);
    const header = await readQcow2Header(file);
    assert.ok(header);
    assert.equal(layoutProblem(header, file.size), undefined);
    const { outside, misplaced, clusters } = await followClusters(file, header);
    assert.deepEqual({ outside, misplaced }, { outside: 0, misplaced: 0 });
    assert.ok(clusters > 0);
    const guest = await guestSource(file, header);
    assert.equal(guest.size, disk.length);
    assert.ok((await guest.read(0, disk.length)).equals(disk));
    const random = randomFrom(1);
    for (let count = 0; count < 200; count++) {
      const offset = Math.floor(random() * disk.length);
      const length = Math.floor(random() * 200_000);
      assert.ok((await guest.read(offset, length)).equals(disk.subarray(offset, offset + length)));
    }
    assert.equal((await guest.read(disk.length, 10)).length, 0);
    assert.ok(guest.bytesRead >= file.size * 0.1);
  });
}

test("a qcow2 file that is cut anywhere in its data is told by its tables", async (t) => {
  for (const words of [[], ["-c"]]) {
    const whole = readFileSync(await asQcow2(temporaryDirectory(t), disk, "compression_type=zstd", ...words));
    for (const share of [0.5, 0.8, 0.95, 0.99]) {
      const file = memorySource(whole.subarray(0, Math.floor(whole.length * share)));
      const header = await readQcow2Header(file);
      assert.ok(header);
      const problem = layoutProblem(header, file.size);
      if (problem === undefined) assert.ok((await followClusters(file, header)).outside > 0, `${words} ${share}`);
    }
  }
});

test("a compressed cluster whose bytes were changed does not unpack, and the error says where it is", async (t) => {
  for (const type of ["zlib", "zstd"]) {
    const bytes = readFileSync(await asQcow2(temporaryDirectory(t), disk, `compression_type=${type}`, "-c"));
    const header = await readQcow2Header(memorySource(bytes));
    assert.ok(header);
    const good = await guestSource(memorySource(bytes), header);
    await good.read(0, 512);
    // The data lies behind the tables: every byte there is something compressed.
    const broken = Buffer.from(bytes);
    broken.fill(0xff, 5 * 65536 + 10, 5 * 65536 + 400);
    const guest = await guestSource(memorySource(broken), header);
    await assert.rejects(guest.read(0, disk.length), {
      code: "image-refused",
      message: /the compressed cluster at byte \d+ does not unpack; build it again/,
    });
  }
});

test("reading a damaged qcow2 file (200 of seed 7) gives bytes or the one error that is meant, and never much work", async (t) => {
  const random = randomFrom(7);
  const files = [];
  for (const options of ["cluster_size=4k", "cluster_size=4k,compression_type=zstd"])
    files.push(readFileSync(await asQcow2(temporaryDirectory(t), disk, options, "-c")));
  let refused = 0;
  for (let count = 0; count < 200; count++) {
    const whole = files[count % 2] ?? Buffer.alloc(0);
    const mutation = mutate(random, whole.length);
    const file = memorySource(mutated(whole, mutation));
    try {
      const header = await readQcow2Header(file);
      const guest = header && (await guestSource(file, header));
      for (const offset of [0, 1e6, (guest?.size ?? 0) - 2 ** 20]) await guest?.read(Math.max(0, offset), 2 ** 20);
    } catch (error) {
      assert.ok(error instanceof IronicImagesError, JSON.stringify(mutation));
      assert.equal(error.code, "image-refused");
      refused++;
    }
    assert.ok(file.bytesRead < 16 * 2 ** 20);
  }
  assert.ok(refused > 20, String(refused));
});
