import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { IronicImagesError } from "../../../../core/errors.ts";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { CpioNames } from "../../../../core/inspect/initramfs/cpio.ts";
import { readInitramfs, type InitramfsFacts } from "../../../../core/inspect/initramfs/initramfs.ts";
import { leadingZeros } from "../../../../core/inspect/initramfs/zeros.ts";
import { bannerVersion } from "../../../../core/inspect/kernel/banner.ts";
import { readKernel } from "../../../../core/inspect/kernel/kernel.ts";
import { cpio } from "../../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../../support/miniature/kernel.ts";
import { randomFrom } from "../random.ts";

const never = () => assert.fail("nothing here needs a tool of the host");
const read = (bytes: Buffer): Promise<InitramfsFacts> => readInitramfs(memorySource(bytes), never);

const microcode = cpio([{ name: "kernel/x86/microcode/GenuineIntel.bin", content: randomBytes(5000) }]);
const modules = cpio([
  { name: "usr/lib/modules/6.8.0-1-generic/kernel/a.ko", content: randomBytes(70_000) },
  { name: "etc/fstab" },
]);
const root = cpio([
  { name: "init" },
  { name: "lib/modules/6.8.0-1-generic/modules.dep" },
  { name: "large", content: randomBytes(3_000_000) },
]);
const zeros = (count: number) => Buffer.alloc(count);
const named = gzipSync(root);
// Flags: a file name and a comment, as gzip without -n writes the first.
named.writeUInt8(0x18, 3);
const withName = Buffer.concat([named.subarray(0, 10), Buffer.from("initrd\0made by hand\0"), named.subarray(10)]);

const good: readonly (readonly [string, Buffer, readonly string[], number])[] = [
  ["gzip", gzipSync(root), ["gzip"], root.length],
  ["gzip with a file name and a comment in its header", withName, ["gzip"], root.length],
  ["zstd", zstdCompressSync(root), ["zstd"], root.length],
  ["nothing", root, ["cpio"], root.length],
  [
    "gzip behind microcode",
    Buffer.concat([microcode, gzipSync(root)]),
    ["cpio", "gzip"],
    microcode.length + root.length,
  ],
  [
    "zstd behind microcode and modules that are not packed, as Ubuntu has it",
    Buffer.concat([microcode, zeros(512), modules, zeros(100), zstdCompressSync(root)]),
    ["cpio", "zstd"],
    microcode.length + modules.length + root.length + 612,
  ],
  ["gzip twice", Buffer.concat([gzipSync(modules), gzipSync(root)]), ["gzip", "gzip"], modules.length + root.length],
  [
    "gzip, zeros, and zstd",
    Buffer.concat([gzipSync(modules), zeros(512), zstdCompressSync(root), zeros(100)]),
    ["gzip", "zstd"],
    modules.length + root.length,
  ],
  [
    "gzip and an archive behind it",
    Buffer.concat([gzipSync(root), modules]),
    ["gzip", "cpio"],
    modules.length + root.length,
  ],
  [
    "zstd in two frames",
    Buffer.concat([zstdCompressSync(modules), zstdCompressSync(root)]),
    ["zstd", "zstd"],
    modules.length + root.length,
  ],
  [
    "gzip around two archives",
    gzipSync(Buffer.concat([modules, zeros(512), root])),
    ["gzip"],
    modules.length + root.length + 512,
  ],
];
for (const [what, bytes, parts, unpackedSize] of good) {
  test(`an initramfs of ${what} is unpacked whole, and names its modules' kernel`, async () => {
    assert.deepEqual(await read(bytes), { parts, unpackedSize, moduleVersions: ["6.8.0-1-generic"] });
  });
}

const old = Buffer.from(root);
old.write("070707");
const wrongChecksum = gzipSync(root);
wrongChecksum.writeUInt32LE(1, wrongChecksum.length - 8);
const damaged = gzipSync(root);
damaged.fill(0xff, 12, 40);
const longName = cpio([{ name: "a" }]);
longName.write("FFFFFFFF", 6 + 11 * 8);
const noNumber = cpio([{ name: "a" }]);
noNumber.write("-1", 6 + 6 * 8);

for (const [what, bytes, why] of [
  ["text", Buffer.from("this is text"), /^at byte 0 it holds neither an archive nor a packed one$/],
  ["cpio's old format", old, /^at byte 0 it holds neither/],
  [
    "a packed text",
    gzipSync("this is text, long enough to be a header ".repeat(10)),
    /^what it unpacks to is no archive of files/,
  ],
  ["a packed disk of zeros", gzipSync(zeros(100_000)), /^what it unpacks to is no archive of files/],
  ["an archive that is cut off", root.subarray(0, 100_000), /^its archive is cut off$/],
  [
    "an archive that is cut off in a header",
    Buffer.concat([microcode, root.subarray(0, 50)]),
    /^its archive is cut off$/,
  ],
  ["a packed archive that is cut off", gzipSync(root.subarray(0, 100_000)), /^its archive is cut off$/],
  [
    "gzip that is cut off",
    gzipSync(root).subarray(0, 50_000),
    /^it cannot be unpacked \(gzip\): unexpected end of file$/,
  ],
  [
    "gzip without its checksum",
    gzipSync(root).subarray(0, -4),
    /^it cannot be unpacked \(gzip\): unexpected end of file$/,
  ],
  ["gzip with another checksum", wrongChecksum, /^it cannot be unpacked \(gzip\): its checksum is wrong$/],
  ["gzip with a byte changed at its beginning", damaged, /^it cannot be unpacked \(gzip\): /],
  ["gzip with half a header", Buffer.from("1f8b08", "hex"), /^it cannot be unpacked \(gzip\): wrong header$/],
  ["zstd that is cut off", zstdCompressSync(root).subarray(0, 50_000), /^it cannot be unpacked \(zstd\): /],
  [
    "an archive and then something else",
    Buffer.concat([gzipSync(root), Buffer.from("more")]),
    /^at byte \d+ it holds neither/,
  ],
  ["a name of 4 GiB", longName, /^the header that ends at byte 110 of its archive is wrong$/],
  ["a size that is no number", noNumber, /^the header that ends at byte 110 of its archive is wrong$/],
  [
    "a file among archives that does not begin like one",
    Buffer.concat([root.subarray(0, 120), Buffer.from("nonsense".repeat(100))]),
    /^at byte 116 it holds something else than an archive of files$/,
  ],
  [
    "more parts than anybody puts together",
    Buffer.concat(Array(1001).fill(gzipSync(modules)) as Buffer[]),
    /^it has more than 1000 parts$/,
  ],
] as const) {
  test(`an initramfs of ${what} is told to be broken`, async () => {
    assert.match((await read(bytes)).broken ?? "not broken", why);
  });
}

const packedModules = gzipSync(modules);
for (const [what, bytes, comesTo] of [
  ["plain archives", Buffer.concat([modules, modules]), 2 * modules.length],
  ["a packed archive", gzipSync(root), root.length],
  ["a packed one and a plain one", Buffer.concat([packedModules, modules]), 2 * modules.length],
  ["a plain one and a packed one", Buffer.concat([modules, packedModules]), 2 * modules.length],
] as const) {
  test(`fault 28: ${what} may come to the limit, and to no byte more`, async () => {
    const limit = Math.max(comesTo, bytes.length);
    assert.equal((await readInitramfs(memorySource(bytes), never, limit)).broken, undefined);
    assert.match((await readInitramfs(memorySource(bytes), never, limit - 1)).broken ?? "", /more than \d+ bytes$/);
  });
}

test("a file that is larger than any ramdisk is not read (played: a source of 64 GiB and a byte)", async () => {
  const source = {
    size: 64 * 2 ** 30 + 1,
    bytesRead: 0,
    read: (offset: number, length: number) => {
      assert.ok(offset < 2 ** 20);
      return Promise.resolve(Buffer.concat([root.subarray(offset, offset + length), zeros(length)], length));
    },
  };
  assert.match((await readInitramfs(source, never)).broken ?? "", /^it has more than 68719476736 bytes$/);
});

test("zeros are counted to the first other byte, wherever it is", () => {
  for (const size of [0, 1, 100, 16_383, 16_384, 16_385, 100_000]) {
    assert.equal(leadingZeros(zeros(size)), size);
    for (const other of [0, 1, 99, 16_383, 16_384, 16_385, 32_768, 99_999]) {
      if (other >= size) continue;
      const bytes = zeros(size);
      bytes[other] = 1;
      bytes[size - 1] = 1;
      assert.equal(leadingZeros(bytes), other, `${other} of ${size}`);
    }
  }
});

test("256 MiB of zeros between archives, packed and not, take a second of a processor", async () => {
  const many = zeros(2 ** 28);
  const start = process.cpuUsage();
  const names = new CpioNames(() => undefined);
  names.write(modules);
  names.write(many);
  names.write(modules);
  names.end();
  assert.equal(names.consumed, 2 * modules.length + many.length);
  assert.equal(names.broken, undefined);
  const { broken, parts } = await read(Buffer.concat([packedModules, many, packedModules]));
  assert.deepEqual({ broken, parts }, { broken: undefined, parts: ["gzip", "gzip"] });
  // One by one these took 6 s.
  const seconds = process.cpuUsage(start).user / 1e6;
  assert.ok(seconds < 3, `${seconds} s`);
});

test("names of kernel versions are kept up to a limit, however many an archive has", async () => {
  const files = Array.from({ length: 100 }, (_, index) => ({ name: `lib/modules/${index}/modules.dep` }));
  assert.equal((await read(gzipSync(cpio(files)))).moduleVersions.length, 32);
});

test("1,000 damaged initramfs and kernels (seeded) are read to the end: an answer, and no error", async (t) => {
  const random = randomFrom(7);
  const small = cpio([{ name: "init" }, { name: "lib/modules/6.8.0-1-generic/modules.dep", content: "a: b" }]);
  const bases = [
    small,
    gzipSync(small),
    zstdCompressSync(small),
    Buffer.concat([microcode, zeros(100), gzipSync(small)]),
    miniatureKernel(),
    miniatureKernel({ architecture: "arm64" }),
  ];
  let whole = 0;
  for (const number of Array(1000).keys()) {
    const bytes = Buffer.from(bases[number % bases.length] ?? small);
    for (let damage = 0; damage < 3; damage++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const source = memorySource(random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
    const { broken, unpackedSize } = await readInitramfs(source, () => {
      throw new IronicImagesError("host-tool-missing", "played");
    }).catch((error: unknown) => {
      if (!(error instanceof IronicImagesError)) throw error;
      return { broken: error.summary, unpackedSize: 0 };
    });
    if (broken === undefined) whole++;
    assert.ok(Number.isSafeInteger(unpackedSize));
    const kernel = await readKernel(source);
    if (kernel !== undefined) await bannerVersion(source, kernel);
  }
  t.diagnostic(`${whole} of them are whole to the eye`);
  assert.ok(whole > 20 && whole < 500, `${whole}`);
});
