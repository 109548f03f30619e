import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { bootFilesProblem } from "../../../tools/acceptance/boot-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const sha256 = (text: string | Buffer) => createHash("sha256").update(text).digest("hex");
const expected = {
  label: "deploy",
  files: { deploy_kernel: { sha256: sha256("kernel") }, deploy_ramdisk: { sha256: sha256("ramdisk") } },
};

function prepared(t: TestContext): { root: string; directory: string } {
  const root = temporaryDirectory(t);
  const directory = join(root, "n1");
  mkdirSync(directory);
  const script = "#!ipxe\ngoto deploy\nkernel http://h/n1/deploy_kernel\ninitrd http://h/n1/deploy_ramdisk\n";
  writeFileSync(join(directory, "config"), script);
  writeFileSync(join(directory, "deploy_kernel"), "kernel");
  writeFileSync(join(directory, "deploy_ramdisk"), "ramdisk");
  return { root, directory };
}

test("a node that gets what the stack names is fine", async (t) => {
  const { root } = prepared(t);
  assert.equal(await bootFilesProblem(root, "n1", expected), undefined);
});

test("a ramdisk that Ironic has unpacked is what the stack names", async (t) => {
  const { root } = prepared(t);
  const ramdisk = { sha256: sha256(zstdCompressSync(Buffer.from("ramdisk"))), unpackedSha256: sha256("ramdisk") };
  const files = { ...expected.files, deploy_ramdisk: ramdisk };
  assert.equal(await bootFilesProblem(root, "n1", { ...expected, files }), undefined);
});

for (const [title, change, problem] of [
  ["no boot script", (directory: string) => rmSync(join(directory, "config")), /no boot script/],
  [
    "a boot script that leads elsewhere",
    (directory: string) => writeFileSync(join(directory, "config"), "goto boot_whole_disk\n"),
    /does not lead to deploy/,
  ],
  [
    "a boot script without the ramdisk",
    (directory: string) => writeFileSync(join(directory, "config"), "goto deploy\nkernel http://h/n1/deploy_kernel\n"),
    /does not name deploy_ramdisk/,
  ],
  [
    "another kernel",
    (directory: string) => writeFileSync(join(directory, "deploy_kernel"), "other"),
    /deploy_kernel is not the image that the stack names/,
  ],
] as const) {
  test(`${title} is told`, async (t) => {
    const { root, directory } = prepared(t);
    change(directory);
    assert.match((await bootFilesProblem(root, "n1", expected)) ?? "", problem);
  });
}
