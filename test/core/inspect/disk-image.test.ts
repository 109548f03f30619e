import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { fileSource, memorySource, type ByteSource } from "../../../core/inspect/byte-source.ts";
import { inspectDiskImage, openDisk } from "../../../core/inspect/disk-image.ts";
import { diskImageRules } from "../../../core/inspect/rules/disk-image.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { scatteredTables } from "./qcow2/scattered.ts";

const wanted = { kind: "partition", diskFormat: "qcow2", allowLuks: false } as const;

for (const [size, options] of [
  ["2G", ""],
  ["20G", ""],
  ["256M", ",cluster_size=4k"],
] as const) {
  test(`all tables of an image of ${size}${options} are followed, and less than 4 MiB read`, async (t) => {
    const path = join(temporaryDirectory(t), "disk.qcow2");
    await execa("qemu-img", ["create", "-q", "-f", "qcow2", "-o", `preallocation=metadata${options}`, path, size]);
    await using handle = await open(path);
    const source = await fileSource(handle);
    const { facts, findings } = await inspectDiskImage(source, wanted);
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ["partition-image-is-file-system"],
    );
    const bytes = Number.parseInt(size, 10) * 2 ** (size.endsWith("G") ? 30 : 20);
    const tables = (bytes / (options === "" ? 65536 : 4096)) * 8;
    assert.equal(facts.qcow2?.clusters?.clusters, tables / 8);
    assert.equal(facts.virtualSize, bytes);
    assert.ok(source.bytesRead >= tables, `${source.bytesRead}`);
    assert.ok(source.bytesRead < 4 * 2 ** 20, `${source.bytesRead} bytes`);
    t.diagnostic(`${source.bytesRead} bytes`);
  });
}

test("what is no qcow2 file is its own disk, and one that cannot be read is refused", async () => {
  const source = memorySource(Buffer.alloc(1000, 1));
  assert.equal(await openDisk(source), source);
  const qcow2 = Buffer.alloc(600);
  qcow2.write("QFI\xfb\0\0\0\x02", "latin1");
  await assert.rejects(openDisk(memorySource(qcow2)), {
    code: "image-refused",
    message: /the disk inside the qcow2 file cannot be read: its clusters have 2\^0 bytes; build it again/,
  });
});

test("a source that fails is no finding (played: every read fails)", async () => {
  const failing: ByteSource = { size: 5000, bytesRead: 0, read: () => Promise.reject(new Error("EIO")) };
  await assert.rejects(inspectDiskImage(failing, wanted), /EIO/);
});

for (const [count, apart, rules, mostReads] of [
  [65_536, 131_072, [], 65_600],
  [65_537, 131_072, ["qcow2-tables-together"], 100],
  // As qemu-img writes them into clusters of 512 bytes, behind 32 KiB of data each.
  [65_537, 33_280, ["qcow2-tables-together"], 100],
  [200_000, 2048, [], 500],
] as const) {
  const verdict = rules.length === 0 ? "are followed" : "are refused, and not followed";
  test(`${count} second tables of 512 bytes, ${apart} bytes apart, ${verdict} (played: a source of so many bytes)`, async () => {
    const { start, size } = scatteredTables(count, apart);
    let reads = 0;
    const source: ByteSource = {
      size,
      bytesRead: 0,
      read: (offset, length) => {
        reads++;
        const bytes = Buffer.alloc(length);
        start.subarray(Math.min(offset, start.length), offset + length).copy(bytes);
        return Promise.resolve(bytes);
      },
    };
    const { facts, findings } = await inspectDiskImage(source, {
      kind: "whole-disk",
      diskFormat: "qcow2",
      allowLuks: false,
    });
    const found = findings.map(({ rule }) => rule).filter((rule) => rule.startsWith("qcow2-"));
    assert.deepEqual(found, rules);
    assert.equal(facts.disk !== undefined, rules.length === 0);
    assert.ok(reads <= mostReads, `${reads}`);
  });
}

test("every rule has a name of its own and says where it comes from", () => {
  const names = diskImageRules.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, source } of diskImageRules) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)+$/);
    assert.ok(source.length > 10, name);
  }
});
