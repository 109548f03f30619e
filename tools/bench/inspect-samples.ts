import { randomBytes } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip, createZstdCompress } from "node:zlib";
import { execa } from "execa";
import type { ArtifactFile } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";

/** Largest first. */
async function filesOf(project: string, role: "image" | "ramdisk"): Promise<string[]> {
  const store = openStore(project);
  const found: { path: string; file: ArtifactFile }[] = [];
  for (const record of await store.list()) {
    const file = record.files[role];
    if (file !== undefined) found.push({ path: join(store.directory(record), file.name), file });
  }
  return found.sort((one, other) => other.file.size - one.file.size).map(({ path }) => path);
}

/** The largest qcow2 image of a project's store, if it has one. */
export async function largestImage(project: string): Promise<string | undefined> {
  return (await filesOf(project, "image")).find((path) => path.endsWith(".qcow2"));
}

/** The largest ramdisk that is packed so, if there is one. */
export async function largestRamdisk(project: string, tool: "gzip" | "zstd"): Promise<string | undefined> {
  const magic = { gzip: "1f8b", zstd: "28b52ffd" }[tool];
  for (const path of await filesOf(project, "ramdisk")) {
    const handle = await open(path);
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    await handle.close();
    if (buffer.toString("hex").startsWith(magic)) return path;
  }
  return undefined;
}

/** Bytes of which about half can be packed, as in programs. */
function* halfRandom(size: number): Generator<Buffer> {
  for (let made = 0; made < size; made += 2 ** 20)
    yield Buffer.concat([randomBytes(2 ** 19), Buffer.alloc(2 ** 19, "half")]);
}

/** What a ramdisk is full of: programs, here Node's own again and again. What cannot be packed zstd's command does not even copy. */
function* programs(size: number): Generator<Buffer> {
  const program = readFileSync(process.execPath);
  for (let made = 0; made < size; made += program.length)
    yield program.subarray(0, Math.min(program.length, size - made));
}

/** A qcow2 image of about `size` bytes with a file system. */
export async function makeImage(directory: string, size: number): Promise<string> {
  const raw = join(directory, "image.raw");
  await writeFile(raw, halfRandom(2 * size));
  await execa("mke2fs", ["-q", "-F", "-t", "ext4", "-E", "nodiscard,lazy_itable_init=1", raw], {
    env: { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
  });
  const image = join(directory, "image.qcow2");
  await execa("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd", raw, image]);
  return image;
}

/** A packed archive of about `size` bytes, a multiple of 4. */
export async function makeRamdisk(directory: string, tool: "gzip" | "zstd", size: number): Promise<string> {
  const path = join(directory, `ramdisk.${tool}`);
  const content = [...programs(3 * size)];
  const total = content.reduce((sum, { length }) => sum + length, 0);
  const pack = tool === "gzip" ? createGzip({ level: 1 }) : createZstdCompress();
  await pipeline([header("content", total), ...content, header("TRAILER!!!", 0)], pack, createWriteStream(path));
  return path;
}

/** Of an entry in cpio's new format; `size` is a multiple of 4. */
function header(name: string, size: number): Buffer {
  const fields = [1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, "\0"), "latin1");
}
