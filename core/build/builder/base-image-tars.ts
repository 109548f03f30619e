import { existsSync, rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { namesIn } from "../../artifacts/regular-file.ts";

/** Stands in a slot's cache while a build in it may be unpacking a base image. */
const mark = "ironic-images-unpacking";

/** extract-image calls them after the base image, whose name is its digest: never out of date. */
const tarName = /^[0-9a-f]{64}\S*\.tgz$/;

/**
 * Before a build in a slot. diskimage-builder's extract-image keeps a base image as a tarball in the cache, made once, and believes it by its name; it gets there by mv(1)
 * across mounts, which is a copy. So those that a build may have left unfinished go, and are made anew.
 */
export async function dropHalfTars(slotCache: string): Promise<void> {
  const path = join(slotCache, mark);
  if (existsSync(path))
    for (const name of await namesIn(slotCache))
      if (tarName.test(name)) await rm(join(slotCache, name), { force: true });
  await writeFile(path, "");
}

/** When the build went on from the tree: what was unpacked is whole. */
export function tarsAreWhole(slotCache: string): void {
  rmSync(join(slotCache, mark), { force: true });
}
