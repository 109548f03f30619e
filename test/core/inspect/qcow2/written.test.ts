import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { inspectQcow2 } from "../../../../core/inspect/qcow2/facts.ts";
import { guestSource } from "../../../../core/inspect/qcow2/guest.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { randomFrom } from "../random.ts";

const size = 2 ** 20 + 512;

/** Thirty writes, zeros and discards of whole sectors, some of them compressed. */
function commands(random: () => number, cluster: number): string[] {
  const sectors = (most: number) => Math.floor(random() * most) * 512;
  return Array.from({ length: 30 }, (_, number) => {
    const kind = Math.floor(random() * 4);
    if (kind === 3) {
      const at = Math.floor((random() * (size - cluster)) / cluster) * cluster;
      return `write -c -P ${number + 1} ${at} ${cluster}`;
    }
    const at = sectors(size / 512 - 1);
    const length = Math.min(sectors(200) + 512, size - at);
    return `${["write -P " + String(number + 1), "write -z", "discard"][kind]} ${at} ${length}`;
  });
}

for (const [seed, cluster, options] of [
  [1, 65536, ""],
  [2, 4096, ""],
  [3, 512, ",compat=0.10"],
  [4, 65536, ",compression_type=zstd"],
  [5, 2 ** 20, ",lazy_refcounts=on"],
] as const) {
  test(`a disk that a guest wrote to (seed ${seed}, clusters of ${cluster}${options}) is read as qemu-img reads it`, async (t) => {
    const directory = temporaryDirectory(t);
    const [path, flat] = [join(directory, "disk.qcow2"), join(directory, "flat")];
    await execa("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-o",
      `cluster_size=${cluster}${options}`,
      path,
      `${size}`,
    ]);
    const words = commands(randomFrom(seed), cluster).flatMap((command) => ["-c", command]);
    // A compressed write onto a cluster that has data fails, and the next one goes on.
    await execa("qemu-io", ["-f", "qcow2", "-d", "unmap", ...words, path], { reject: false });
    await execa("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", path, flat]);
    const file = memorySource(readFileSync(path));
    const { header, problem, clusters } = await inspectQcow2(file);
    assert.ok(header);
    assert.equal(problem, undefined);
    assert.deepEqual({ outside: clusters?.outside, misplaced: clusters?.misplaced }, { outside: 0, misplaced: 0 });
    const guest = await guestSource(file, header);
    assert.ok((await guest.read(0, size)).equals(readFileSync(flat)));
    t.diagnostic(`${clusters?.clusters} clusters, ${clusters?.compressedClusters} compressed, ${file.size} bytes`);
  });
}
