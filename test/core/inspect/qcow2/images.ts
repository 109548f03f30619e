import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { randomBuffer, randomFrom } from "../random.ts";

/** A disk with data that packs, data that does not, holes, and an end within a cluster and a sector group. */
export function sampleDisk(): Buffer {
  const random = randomFrom(5);
  const disk = Buffer.alloc(5 * 2 ** 20 + 3 * 512);
  disk.fill("what packs well ", 0, 700_000);
  randomBuffer(random, 300_000).copy(disk, 1_000_000);
  disk.fill(7, 3 * 2 ** 20, 3 * 2 ** 20 + 512);
  randomBuffer(random, 1000).copy(disk, disk.length - 1000);
  return disk;
}

/** The disk as a qcow2 file, made by qemu-img with these options of `-o`. */
export async function asQcow2(
  directory: string,
  disk: Buffer,
  options: string,
  ...words: readonly string[]
): Promise<string> {
  const raw = join(directory, "disk.raw");
  const path = join(directory, "disk.qcow2");
  writeFileSync(raw, disk);
  const format = ["-f", "raw", "-O", "qcow2", ...(options === "" ? [] : ["-o", options])];
  await execa("qemu-img", ["convert", ...words, ...format, raw, path]);
  return path;
}
