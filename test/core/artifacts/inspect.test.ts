import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { recordFileName } from "../../../core/artifacts/names.ts";
import { requireUploadable } from "../../../core/artifacts/require-artifact.ts";
import { openStore, type UnpublishedRecord } from "../../../core/artifacts/store.ts";
import { rulesVersion } from "../../../core/inspect/rules/version.ts";
import type { FingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { miniatureRoot } from "../../support/miniature/disk.ts";
import { cpio, miniatureInitramfs } from "../../support/miniature/initramfs.ts";
import { miniatureKernel, miniatureVersion } from "../../support/miniature/kernel.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { isThere } from "../inspect/corpus/workshop.ts";
import { partitionFiles, partitionInputs, stage, unpublished } from "./samples.ts";

function openTestStore(t: TestContext) {
  const project = temporaryDirectory(t);
  return { project, store: openStore(project) };
}

const pins = { kernelSha256: "0".repeat(64), initramfsSha256: "0".repeat(64) };
const deployInputs: FingerprintInputs = {
  kind: "deploy-download",
  architecture: "amd64",
  fingerprintVersion: 1,
  ...pins,
};
const deploy: UnpublishedRecord = unpublished({ name: "deploy-amd64", inputs: deployInputs });
const pair = (ramdisk: Buffer) => ({
  "deploy-amd64.kernel": miniatureKernel(),
  "deploy-amd64.initramfs": ramdisk,
});

test("the record says what the bytes are, and deploy images what they unpack to", async (t) => {
  const { project, store } = openTestStore(t);
  const { inspection, files } = await store.publish(stage(project), unpublished());
  const kernel = { kind: "bzimage", architecture: "amd64", version: miniatureVersion };
  assert.deepEqual(inspection?.image, { virtualSize: 65_536, fileSystems: ["ext2"] });
  assert.deepEqual(inspection?.kernel, kernel);
  assert.deepEqual(inspection?.ramdisk?.moduleVersions, [miniatureVersion]);
  assert.deepEqual(inspection?.warnings, []);
  assert.equal(files.ramdisk?.virtualSize, files.ramdisk?.size);

  const ramdisk = miniatureInitramfs({ mark: Buffer.alloc(100_000) });
  const made = await store.publish(stage(project, pair(ramdisk)), deploy);
  const { stdout } = await execa("gzip", ["-dc"], { input: ramdisk, encoding: "buffer" });
  assert.equal(made.inspection?.ramdisk?.unpackedSize, stdout.length);
  assert.equal(made.files.ramdisk?.virtualSize, stdout.length);
});

test("a qcow2 image is told with the size of its disk, without qemu-img", async (t) => {
  const { project, store } = openTestStore(t);
  const raw = join(project, "raw");
  const qcow2 = join(project, "a:b.qcow2");
  writeFileSync(raw, Buffer.concat([miniatureRoot(), Buffer.alloc(10_000_000)]));
  await execa("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow2", raw, `file:${qcow2}`]);
  const { "my-image.raw": _raw, ...others } = partitionFiles();
  const staging = stage(project, { ...others, "my-image.qcow2": readFileSync(qcow2) });
  const inputs = { ...partitionInputs, diskFormat: "qcow2" } as FingerprintInputs;
  const path = process.env["PATH"];
  process.env["PATH"] = temporaryDirectory(t);
  t.after(() => (process.env["PATH"] = path));
  // flock(1) is all that publishing needs.
  writeFileSync(join(process.env["PATH"], "flock"), '#!/bin/sh\nexec /usr/bin/flock "$@"\n', { mode: 0o755 });
  const record = await store.publish(staging, unpublished({ inputs }));
  assert.equal(record.files.image?.virtualSize, 10_065_920);
  assert.equal(record.files.image.size, readFileSync(qcow2).length);
});

test("what is wrong is told at once, a line each with the file's name, and nothing enters the store", async (t) => {
  const { project, store } = openTestStore(t);
  const staging = stage(project, {
    ...partitionFiles(),
    "my-image.raw": "this is text",
    "my-image.vmlinuz": "#!/bin/sh\n",
  });
  await assert.rejects(store.publish(staging, unpublished()), {
    code: "image-refused",
    message:
      /^my-image is no image to be used: 2 things are wrong with it:\nmy-image\.raw: .* \(partition-image-is-file-system\)\nmy-image\.vmlinuz: it is a script, .* \(kernel-is-kernel\)$/,
  });
  assert.deepEqual(readdirSync(join(project, ".images/artifacts")), []);
  assert.equal(await store.find("my-image", unpublished().fingerprint), undefined);
});

test("one thing that is wrong is said in the first line", async (t) => {
  const { project, store } = openTestStore(t);
  const ramdisk = miniatureInitramfs({ version: "5.10.0-other" });
  await assert.rejects(store.publish(stage(project, pair(ramdisk)), deploy), {
    code: "image-refused",
    message: /^deploy-amd64 is no image to be used: deploy-amd64\.initramfs: it has modules for kernel 5\.10\.0-other/,
    details: "",
  });
});

/** Publishes, and takes out of the record what earlier versions did not write. */
async function oldArtifact(t: TestContext) {
  const { project, store } = openTestStore(t);
  const record = await store.publish(stage(project), unpublished());
  const path = join(store.directory(record), recordFileName);
  const { inspection, ...old } = record;
  writeFileSync(path, JSON.stringify(old));
  return { project, store, record: old, inspection, path };
}

test("a record of an earlier version is made up for when it is needed, once", async (t) => {
  const { store, record, inspection, path } = await oldArtifact(t);
  const found = await store.find(record.name, record.fingerprint);
  assert.deepEqual(found, record);
  const inspected = await store.inspected(record);
  assert.deepEqual(inspected, { ...record, inspection });
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), inspected);
  assert.deepEqual(await store.find(record.name, record.fingerprint), inspected, "and its stamp still fits");
  const before = readFileSync(path, "utf8");
  await store.inspected(inspected);
  assert.equal(readFileSync(path, "utf8"), before);
});

test("an import of an artifact that nobody inspected inspects it, and refuses what is wrong", async (t) => {
  const { store, record, inspection, path } = await oldArtifact(t);
  const other = openTestStore(t);
  assert.deepEqual(await other.store.importFrom(store.directory(record)), { ...record, inspection });

  // Stands for an artifact that was made before there were rules.
  const inputs = { ...record.inputs, kind: "partition", architecture: "arm64" } as FingerprintInputs;
  writeFileSync(path, JSON.stringify({ ...record, inputs }));
  const third = openTestStore(t);
  await assert.rejects(third.store.importFrom(store.directory(record)), {
    code: "image-refused",
    message: /my-image\.vmlinuz: it is a kernel for amd64, and arm64 is declared/,
  });
  assert.deepEqual(readdirSync(join(third.project, ".images/artifacts")), []);
});

test("an inspection by other rules than today's is made again when it is needed, by rules that refuse too", async (t) => {
  const { store, record, inspection, path } = await oldArtifact(t);
  for (const rules of [{}, { rules: 0 }, { rules: rulesVersion + 1 }]) {
    const other = { ...record, inspection: { ...rules, warnings: ["by other rules"] } };
    writeFileSync(path, JSON.stringify(other));
    assert.deepEqual(await store.find(record.name, record.fingerprint), other);
    assert.deepEqual(await store.inspected(other), { ...record, inspection }, JSON.stringify(rules));
    assert.deepEqual(await store.find(record.name, record.fingerprint), { ...record, inspection });
  }
  const inputs = { ...record.inputs, kind: "partition", architecture: "arm64" } as FingerprintInputs;
  const refused = { ...record, inputs, inspection: { warnings: [] } };
  await assert.rejects(store.inspected(refused), { code: "image-refused", message: /and arm64 is declared/ });
});

test("what an imported record says of an inspection counts for nothing", async (t) => {
  const { store, record, inspection, path } = await oldArtifact(t);
  writeFileSync(path, JSON.stringify({ ...record, inspection: { rules: rulesVersion, warnings: ["invented"] } }));
  assert.deepEqual(await openTestStore(t).store.importFrom(store.directory(record)), { ...record, inspection });

  const inputs = { ...record.inputs, kind: "partition", architecture: "arm64" } as FingerprintInputs;
  writeFileSync(path, JSON.stringify({ ...record, inputs, inspection: { rules: rulesVersion, warnings: [] } }));
  await assert.rejects(openTestStore(t).store.importFrom(store.directory(record)), {
    code: "image-refused",
    message: /my-image\.vmlinuz: it is a kernel for amd64, and arm64 is declared/,
  });
});

/** A qcow2 partition image of 64 KiB, and deploy images: artifacts whose virtual sizes are not those of the files. */
async function artifactsWithSizes(t: TestContext) {
  const { project, store } = openTestStore(t);
  const [raw, qcow2] = [join(project, "raw"), join(project, "qcow2")];
  writeFileSync(raw, miniatureRoot());
  await execa("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, qcow2]);
  const { "my-image.raw": _raw, ...others } = partitionFiles();
  const inputs = { ...partitionInputs, diskFormat: "qcow2" } as FingerprintInputs;
  const staging = stage(project, { ...others, "my-image.qcow2": readFileSync(qcow2) });
  const user = await store.publish(staging, unpublished({ inputs }));
  return { store, user, deploy: await store.publish(stage(project, pair(miniatureInitramfs())), deploy) };
}

for (const [which, role, said] of [
  ["user", "image", 512],
  ["user", "image", 2 ** 42],
  ["user", "kernel", 1],
  ["user", "ramdisk", 2 ** 40],
  ["deploy", "ramdisk", 1],
] as const) {
  test(`a record that says ${said} bytes of the ${role} of a ${which} image is refused at import and before an upload, with both figures`, async (t) => {
    const { store, ...made } = await artifactsWithSizes(t);
    const { inspection: _inspection, ...record } = made[which];
    const file = record.files[role];
    assert.ok(file);
    const wrong = { ...record, files: { ...record.files, [role]: { ...file, virtualSize: said } } };
    const path = join(store.directory(record), recordFileName);
    writeFileSync(path, JSON.stringify({ ...wrong, inspection: made[which].inspection }));
    const refusal = {
      code: "image-refused",
      message: new RegExp(`${file.name}: its virtualSize is ${file.virtualSize} bytes, and the record says ${said}: `),
    };
    const other = openTestStore(t);
    await assert.rejects(other.store.importFrom(store.directory(record)), refusal);
    assert.deepEqual(readdirSync(join(other.project, ".images/artifacts")), []);
    await assert.rejects(store.inspected(wrong), refusal, "one that lacks an inspection");
    const upload = requireUploadable(store, record, "pulumi up --replace", false);
    // What a deploy ramdisk unpacks to is in no header.
    if (which === "deploy") await upload;
    else await assert.rejects(upload, refusal);
  });
}

test("the headers are looked at before every upload: LUKS is let through where it is meant, and only there", async (t) => {
  if (!isThere("cryptsetup")) return t.skip("needs cryptsetup (Debian: cryptsetup-bin)");
  const { project, store } = openTestStore(t);
  const image = join(project, "luks");
  writeFileSync(image, Buffer.alloc(20 * 2 ** 20));
  const words = ["luksFormat", "--batch-mode", "--type", "luks1", "--pbkdf-force-iterations", "1000", image];
  await execa("cryptsetup", words, {
    input: "password",
    env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  const files = { ...partitionFiles(), "my-image.raw": readFileSync(image) };
  const { fingerprint, buildId, name } = await store.publish(stage(project, files), unpublished());
  const wanted = { name, fingerprint, buildId };
  await requireUploadable(store, wanted, "pulumi up --replace", true);
  await assert.rejects(requireUploadable(store, wanted, "pulumi up --replace", false), {
    code: "image-refused",
    message: /my-image\.raw: .*allowLuks: true/,
  });
});

for (const [what, tool, words] of [
  ["xz", "xz", ["--format=xz"]],
  ["lzma, as the builder's --lzma makes it", "xz", ["--format=lzma"]],
  ["bzip2", "bzip2", []],
  ["lz4 as the kernel wants it", "lz4", ["-l"]],
] as const) {
  test(`an initramfs packed with ${what} is unpacked by the host's tool; one that is cut off is refused`, async (t) => {
    if (!isThere(tool)) return t.skip(`needs ${tool}`);
    const archive = cpio([
      { name: `lib/modules/${miniatureVersion}/a.ko`, content: Buffer.alloc(3_000_000, "module") },
    ]);
    const { stdout } = await execa(tool, [...words, "--stdout"], { input: archive, encoding: "buffer" });
    const packed = Buffer.from(stdout);
    const { project, store } = openTestStore(t);
    await assert.rejects(store.publish(stage(project, pair(packed.subarray(0, packed.length - 40))), deploy), {
      code: "image-refused",
      message: /^deploy-amd64 .*deploy-amd64\.initramfs: the kernel could not unpack it: .* \(initramfs-unpacks\)$/,
    });
    const microcode = cpio([{ name: "kernel/x86/microcode/GenuineIntel.bin", content: "microcode" }]);
    const record = await store.publish(stage(project, pair(Buffer.concat([microcode, packed]))), deploy);
    assert.equal(record.files.ramdisk?.virtualSize, microcode.length + archive.length);
    assert.deepEqual(record.inspection?.ramdisk?.moduleVersions, [miniatureVersion]);
  });
}

test("a tool that is not there is asked for by its package, and nothing is published", async (t) => {
  const { project, store } = openTestStore(t);
  const packed = Buffer.concat([Buffer.from("894c5a4f000d0a1a0a", "hex"), Buffer.alloc(1000)]);
  const path = process.env["PATH"];
  process.env["PATH"] = temporaryDirectory(t);
  t.after(() => (process.env["PATH"] = path));
  await assert.rejects(store.publish(stage(project, pair(packed)), deploy), {
    code: "host-tool-missing",
    message: /^lzop is not on this machine, .* install it \(Debian: lzop\)$/,
  });
  assert.ok(!existsSync(store.directory(deploy)));
});
