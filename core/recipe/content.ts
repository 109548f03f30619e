import type { SecretContent } from "./secrets.ts";

/** The content fields of a recipe with all defaults resolved: everything about an image that a person decides. */
export interface RecipeContent extends SecretContent {
  readonly kind: "partition" | "whole-disk";
  /** Root element of diskimage-builder, e.g. `ubuntu`, `debian-minimal`. */
  readonly distribution: string;
  /** `DIB_RELEASE`. */
  readonly release: string;
  readonly architecture: "amd64" | "arm64";
  /** Further elements, in order; `baremetal`/`vm`, `grub2` and `block-device-*` follow from the other fields. */
  readonly elements: readonly string[];
  readonly packages: readonly string[];
  /** Partition images only. */
  readonly bootloader?: "grub2" | "none";
  /** Whole-disk images only. */
  readonly firmware?: "uefi" | "bios";
  readonly diskFormat: "qcow2" | "raw";
  /** Compression of the qcow2 clusters; absent for raw. */
  readonly compression?: "zlib" | "zstd";
  /** What the distribution's element starts from, instead of its own download. */
  readonly baseImage?: { readonly sha256: string } | { readonly url: string; readonly unpinned: true };
  /** Package sources of the finished image, in place of the distribution's own. */
  readonly sources?: { readonly mirror?: string; readonly security?: string };
  /** Absent: an initramfs that packages ask for twice in a row is made once. */
  readonly deferInitramfs?: false;
  /** Allow-listed `DIB_*` variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Any text; change it to build anew from today's packages. */
  readonly revision?: string;
}
