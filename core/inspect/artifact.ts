import type { ArtifactFileRole } from "../artifacts/record.ts";
import { readBootFile, type BootFile } from "./boot-file.ts";
import type { ByteSource } from "./byte-source.ts";
import { inspectDiskImage } from "./disk-image.ts";
import type { DiskImageFacts } from "./disk-image-facts.ts";
import { lookInside } from "./disk-files.ts";
import { applyRules, type Finding } from "./finding.ts";
import { readInitramfs, type InitramfsFacts } from "./initramfs/initramfs.ts";
import type { Unpacker } from "./initramfs/unpack.ts";
import { bannerVersion } from "./kernel/banner.ts";
import { bootFileRules, type FileRule } from "./rules/boot-files.ts";
import { contentRules, type ContentCase } from "./rules/content.ts";

/** What an artifact is meant to be. `diskFormat` and `firmware` are those of user images. */
export interface WantedArtifact {
  readonly kind: "partition" | "whole-disk" | "deploy-build" | "deploy-download";
  readonly architecture: "amd64" | "arm64";
  readonly diskFormat?: "qcow2" | "raw" | undefined;
  readonly firmware?: "uefi" | "bios" | undefined;
  /** Whether encryption inside the image is meant. */
  readonly allowLuks: boolean;
}

/** The open files of an artifact. */
export type ArtifactSources = Readonly<Partial<Record<ArtifactFileRole, ByteSource>>>;

/** A finding about one of the files. */
export interface FileFinding extends Finding {
  readonly role: ArtifactFileRole;
}

/** What the headers of all files say. */
export interface HeaderFacts {
  readonly image?: DiskImageFacts;
  readonly kernel?: BootFile;
  readonly ramdisk?: BootFile;
}

/** What all of the bytes say. */
export interface ContentFacts extends HeaderFacts {
  /** What `uname -r` will say. */
  readonly kernelVersion?: string;
  readonly initramfs?: InitramfsFacts;
}

/** The fast part, for every upload: some MiB are read, whatever the sizes are. Rejects only with what the sources throw. */
export async function inspectHeaders(
  { image, kernel, ramdisk }: ArtifactSources,
  { kind, architecture, diskFormat, firmware, allowLuks }: WantedArtifact,
): Promise<{ facts: HeaderFacts; findings: FileFinding[] }> {
  const userImage =
    kind === "partition" || kind === "whole-disk" ? { kind, diskFormat: diskFormat ?? "raw" } : undefined;
  const disk =
    image === undefined || userImage === undefined
      ? undefined
      : await inspectDiskImage(image, { ...userImage, ...(firmware && { firmware }), allowLuks });
  const boot =
    kernel === undefined || ramdisk === undefined
      ? undefined
      : { kernel: await readBootFile(kernel), ramdisk: await readBootFile(ramdisk) };
  return {
    facts: { ...(disk && { image: disk.facts }), ...boot },
    findings: [
      ...(disk?.findings ?? []).map((finding) => ({ ...finding, role: "image" as const })),
      ...(boot === undefined ? [] : applyFileRules(bootFileRules, { architecture, ...boot })),
    ],
  };
}

/**
 * Everything: the headers, and one pass over initramfs and kernel; for when an artifact is made.
 * @param unpacker for what Node cannot unpack
 * @throws what the sources and `unpacker` throw
 */
export async function inspectContent(
  sources: ArtifactSources,
  wanted: WantedArtifact,
  unpacker: Unpacker,
): Promise<{ facts: ContentFacts; findings: FileFinding[] }> {
  const { facts, findings } = await inspectHeaders(sources, wanted);
  const { kernel: kernelSource, ramdisk, image } = sources;
  const kernel = facts.kernel?.is === "kernel" ? facts.kernel.kernel : undefined;
  const kernelVersion =
    kernelSource && kernel ? (kernel.version ?? (await bannerVersion(kernelSource, kernel))) : undefined;
  const initramfs = ramdisk && facts.ramdisk?.is === "initramfs" ? await readInitramfs(ramdisk, unpacker) : undefined;
  const inside = image && facts.image ? await lookInside(image, facts.image, wanted) : {};
  const known = { ...(kernelVersion === undefined ? {} : { kernelVersion }), ...(initramfs && { initramfs }) };
  const content: ContentCase = { architecture: wanted.architecture, ...known, ...inside };
  return { facts: { ...facts, ...known }, findings: [...findings, ...applyFileRules(contentRules, content)] };
}

function applyFileRules<Case>(rules: readonly FileRule<Case>[], facts: Case): FileFinding[] {
  return rules.flatMap((rule) => applyRules([rule], facts).map((finding) => ({ ...finding, role: rule.role })));
}
