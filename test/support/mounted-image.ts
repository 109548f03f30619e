import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import tmp from "tmp";

/** A built image, as its record describes it. */
export interface ImageFile {
  readonly path: string;
  readonly format: "qcow2" | "raw";
  readonly kind: "partition" | "whole-disk";
}

/**
 * Mounts an image's root file system read-only, hands its directory and the raw disk to `use`, and takes everything away again, whatever `use` does. Needs root and loop
 * devices. Of a whole-disk image the largest partition is taken.
 */
export async function withMountedImage<T>(
  image: ImageFile,
  use: (root: string, disk: string) => Promise<T> | T,
): Promise<T> {
  const { name: scratch } = tmp.dirSync({ prefix: "ironic-images-mount" });
  const undo: (() => unknown)[] = [() => rmdirSync(scratch)];
  try {
    const raw = join(scratch, "image.raw");
    undo.push(() => rmSync(raw, { force: true }));
    await execa("qemu-img", ["convert", "-f", image.format, "-O", "raw", resolve(image.path), raw]);
    const part = image.kind === "partition" ? [] : await largestPartition(raw);
    const { stdout: device } = await execa("losetup", ["--find", "--show", "--read-only", ...part, raw]);
    undo.push(() => execa("losetup", ["--detach", device]));
    const root = join(scratch, "root");
    mkdirSync(root);
    undo.push(() => rmdirSync(root));
    await execa("mount", ["-o", "ro", device, root]);
    undo.push(() => execa("umount", [root]));
    return await use(root, raw);
  } finally {
    // The first step that fails ends it: nothing is removed from under a mount.
    for (const step of undo.reverse()) await step();
  }
}

/** Where the largest partition is, as losetup takes it. */
async function largestPartition(raw: string): Promise<string[]> {
  const { stdout } = await execa("partx", ["--raw", "--noheadings", "--output", "START,SECTORS", raw]);
  const parts = stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((part) => part.length === 2);
  const [start, sectors] = parts.reduce((largest, part) => ((part[1] ?? 0) > (largest[1] ?? 0) ? part : largest), []);
  if (start === undefined || sectors === undefined) throw new Error(`${raw} has no partitions`);
  return ["--offset", String(start * 512), "--sizelimit", String(sectors * 512)];
}
