import { createHash } from "node:crypto";
import { canonicalJson } from "../recipe/canonical-json.ts";
import type { FingerprintInputs } from "../recipe/fingerprint.ts";

/** How an image is boot-tested, all defaults resolved. The names are those of the stack config. */
export interface BootTestSettings {
  /** Text on the serial console that says that the image is up; absent: a login prompt, of deploy images the agent's start. */
  readonly marker?: string;
  /** Seconds without new serial output after which a guest counts as stuck. */
  readonly silenceSeconds: number;
  /** Seconds for the whole boot. */
  readonly limitSeconds: number;
  readonly memoryMiB: number;
  /** Virtual processors. */
  readonly processors: number;
  /** `isolated`: a NIC with DHCP and no way out, not even to this machine. `none`: no NIC. */
  readonly network: "isolated" | "none";
  /** Appended to the kernel's command line; for images that are started by kernel and ramdisk. */
  readonly kernelArguments: readonly string[];
}

/** What starts an image: its own boot loader under one of two firmwares, or nothing but the kernel. */
export type BootFirmware = "bios" | "uefi" | "direct";

/** What a person gives; everything may be left out. */
export type BootTestWishes = {
  readonly [Name in keyof BootTestSettings]?: BootTestSettings[Name] | undefined;
};

/** Values of what a person leaves out. `memoryMiB` is that of images; a ramdisk is there twice while the kernel unpacks it. */
export const bootTestDefaults = {
  silenceSeconds: 180,
  limitSeconds: 1800,
  memoryMiB: 1024,
  deployMemoryMiB: 3072,
  processors: 2,
  network: "isolated",
} as const;

/** The settings of a boot test. */
export function bootTestSettings(wishes: BootTestWishes, kind: FingerprintInputs["kind"]): BootTestSettings {
  const { memoryMiB, deployMemoryMiB, ...defaults } = bootTestDefaults;
  return {
    ...(wishes.marker === undefined ? {} : { marker: wishes.marker }),
    silenceSeconds: wishes.silenceSeconds ?? defaults.silenceSeconds,
    limitSeconds: wishes.limitSeconds ?? defaults.limitSeconds,
    memoryMiB: wishes.memoryMiB ?? (isDeploy(kind) ? deployMemoryMiB : memoryMiB),
    processors: wishes.processors ?? defaults.processors,
    network: wishes.network ?? defaults.network,
    kernelArguments: wishes.kernelArguments ?? [],
  };
}

/** What starts such an image in a boot test. Ironic starts a partition image's kernel through a boot loader that it installs itself. */
export function bootFirmware(content: {
  readonly kind: FingerprintInputs["kind"];
  readonly firmware?: "uefi" | "bios";
}): BootFirmware {
  if (content.kind !== "whole-disk") return "direct";
  return content.firmware ?? "bios";
}

/** True for kernel and ramdisk without an image. */
export function isDeploy(kind: FingerprintInputs["kind"]): boolean {
  return kind === "deploy-build" || kind === "deploy-download";
}

/**
 * What verdicts mean; another meaning is another number, so that none is believed that came about otherwise. Since 2 a marker counts only
 * after the system was heard, and not in what the kernel repeats.
 */
export const verdictVersion = 2;

/**
 * Identity of a boot test, safe as a file name: build, firmware, and a digest of settings and {@link verdictVersion}. Tests with the
 * same one have the same verdict.
 */
export function bootTestKey(buildId: string, firmware: BootFirmware, settings: BootTestSettings): string {
  const digest = createHash("sha256")
    .update(canonicalJson({ verdictVersion, ...settings }))
    .digest("hex");
  return `${buildId.slice(0, 12)}-${firmware}-${digest.slice(0, 12)}`;
}
