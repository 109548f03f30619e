import { IronicImagesError } from "../errors.ts";
import { partSource, type ByteSource } from "./byte-source.ts";
import { openDisk } from "./disk-image.ts";
import type { DiskFacts, DiskImageFacts } from "./disk-image-facts.ts";
import { partitionTypes } from "./disk/gpt.ts";
import { isFileInExt } from "./filesystem/ext-files.ts";
import { isFileInFat } from "./filesystem/fat-files.ts";
import { efiBootPath, grubInstallers, type ContentCase } from "./rules/content.ts";

type Inside = Pick<ContentCase, "hasEfiBootFile" | "grub">;

/** Looks for the files that decide whether a disk boots. Says nothing about a disk whose headers cannot be read: other rules do. */
export async function lookInside(
  image: ByteSource,
  { disk: facts }: DiskImageFacts,
  {
    kind,
    firmware,
    architecture,
  }: {
    readonly kind: string;
    readonly firmware?: "uefi" | "bios" | undefined;
    readonly architecture: ContentCase["architecture"];
  },
): Promise<Inside> {
  if (facts === undefined) return {};
  try {
    const disk = await openDisk(image);
    if (kind === "partition") return await grubIn(disk, facts);
    return kind === "whole-disk" && firmware === "uefi" ? await efiFileIn(disk, facts, efiBootPath(architecture)) : {};
  } catch (error) {
    // A damaged cluster on the way; the header rules say of the file what they can.
    if (error instanceof IronicImagesError && error.code === "image-refused") return {};
    throw error;
  }
}

async function grubIn(disk: ByteSource, { fileSystems, table }: DiskFacts): Promise<Inside> {
  const [only] = fileSystems;
  if (table.kind !== undefined || only === undefined || fileSystems.length > 1) return {};
  for (const path of grubInstallers) {
    const found = await isFileInExt(disk, path);
    if (found === undefined) return { grub: { unread: only.kind } };
    if (found) return { grub: true };
  }
  return { grub: false };
}

async function efiFileIn(disk: ByteSource, { partitions }: DiskFacts, path: string): Promise<Inside> {
  const answers: boolean[] = [];
  for (const { type, start, size } of partitions) {
    if (type !== partitionTypes.efiSystem) continue;
    const found = await isFileInFat(partSource(disk, start, size), path);
    if (found !== undefined) answers.push(found);
  }
  return answers.length === 0 ? {} : { hasEfiBootFile: answers.includes(true) };
}
