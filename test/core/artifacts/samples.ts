import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import tmp from "tmp";
import type { UnpublishedRecord } from "../../../core/artifacts/store.ts";
import type { FingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { miniatureRoot } from "../../support/miniature/disk.ts";
import { miniatureInitramfs } from "../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../support/miniature/kernel.ts";

/** Inputs of a raw partition image. */
export const partitionInputs: FingerprintInputs = {
  fingerprintVersion: 1,
  kind: "partition",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: ["dhcp-all-interfaces"],
  packages: [],
  bootloader: "grub2",
  diskFormat: "raw",
  environment: {},
  command: ["disk-image-create"],
  elementDigests: {},
  hooksDigest: "0".repeat(64),
  builder: { "diskimage-builder": "3.43.0" },
};

/** Inputs of a raw whole-disk image. */
export const wholeDiskInputs: FingerprintInputs = {
  fingerprintVersion: 1,
  kind: "whole-disk",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: [],
  packages: [],
  firmware: "bios",
  diskFormat: "raw",
  environment: {},
  command: ["disk-image-create"],
  elementDigests: {},
  hooksDigest: "0".repeat(64),
  builder: { "diskimage-builder": "3.43.0" },
};

export function unpublished(overrides: Partial<UnpublishedRecord> = {}): UnpublishedRecord {
  return {
    schema: 1,
    name: "my-image",
    fingerprint: "a1".repeat(32),
    inputs: partitionInputs,
    tools: { "qemu-img": "7.2.0" },
    seconds: { "root.d": 1.5, total: 4 },
    builtAt: "2025-01-02T03:04:05Z",
    ...overrides,
  };
}

/** A staging directory in the project's `.images/`, with these files. */
export function stage(project: string, files: Readonly<Record<string, string | Buffer>> = partitionFiles()): string {
  const scratch = join(project, ".images");
  mkdirSync(scratch, { recursive: true });
  const { name } = tmp.dirSync({ tmpdir: scratch, prefix: "staging" });
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(name, file, ".."), { recursive: true });
    writeFileSync(join(name, file), content);
  }
  return name;
}

/** What a build of a partition image leaves, in miniature; the mark is in every image file. */
export function partitionFiles(mark = "one"): Record<string, string | Buffer> {
  return {
    "my-image.raw": miniatureRoot(`root file system ${mark}`),
    "my-image.vmlinuz": miniatureKernel({ mark: `kernel ${mark}` }),
    "my-image.initrd": miniatureInitramfs({ mark: `ramdisk ${mark}` }),
    "build.log": "all went well",
    "my-image.d/dib-manifests/dib-manifest-dpkg": "linux-image",
  };
}
