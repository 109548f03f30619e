import { z } from "zod";
import { variableProblem } from "./environment.ts";
import { field, text } from "./fields.ts";
import { isMapping } from "./problems.ts";
import { propertyProblem } from "./properties.ts";
import { secretFields } from "./secret-fields.ts";
import * as rule from "./text.ts";

/** Values of content fields that a recipe leaves out. `bootloader` is for partition images, `compression` for qcow2. */
export const defaults = {
  architecture: "amd64",
  elements: ["dhcp-all-interfaces"],
  packages: [],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
} as const;

/** A map of text to text, each entry under a rule of its own. */
export function textMap(problem: (name: string, value: string) => string | undefined) {
  return z.record(z.string(), z.string()).superRefine(
    (map: Readonly<Record<string, unknown>>, context) => {
      for (const [name, value] of Object.entries(map)) {
        const message = typeof value === "string" ? problem(name, value) : undefined;
        if (message !== undefined) context.addIssue({ code: "custom", message, path: [name] });
      }
    },
    // Also beside a value that is no text: otherwise one number would hide every other mistake in the map.
    { when: ({ value }) => isMapping(value) },
  );
}

/** Glance properties. */
export function propertyMap() {
  return textMap(propertyProblem);
}

const count = z.int().min(1).max(1_000_000);

/** GiB that an image's disk may have when neither recipe nor stack says. */
export const DEFAULT_MAX_VIRTUAL_SIZE_GIB = 100;

const distribution = text(rule.elementName);
const release = text(rule.releaseName);

/**
 * Saves one of the two generations with which a kernel is installed in Debian: 17 s of the 132 s of a plain build of Debian 12 on two
 * processors, by the times of its log. The one that is left is the later one, so what is in it is the same.
 */
export const deferInitramfs = field(
  "content",
  "Whether an initramfs that initramfs-tools would make twice in one run of apt, for the kernel's package and again at the end, is made at the end only. Where another hook of the kernel's package could look for it before, as on Ubuntu, and with other tools (dracut), it is made as often as ever.",
  z.boolean().optional(),
  "true",
);

/** Content fields that a stack may override: all but `kind`. Required ones are optional here. */
const optionalContent = {
  architecture: field(
    "content",
    "Processor architecture.",
    z.enum(["amd64", "arm64"]).optional(),
    defaults.architecture,
  ),
  elements: field(
    "content",
    "Further elements of diskimage-builder or of `elements/`, in order. `baremetal`, `vm`, `grub2` and `block-device-*` follow from the other fields.",
    z.array(text(rule.elementName)).optional(),
    defaults.elements,
  ),
  packages: field(
    "content",
    "Packages to install, by their names in the distribution.",
    z.array(text(rule.packageName)).optional(),
    defaults.packages,
  ),
  bootloader: field(
    "content",
    "Partition images only. Without one (`none`) today's Ironic cannot boot the image from the local disk.",
    z.enum(["grub2", "none"]).optional(),
    defaults.bootloader,
  ),
  firmware: field(
    "content",
    "Whole-disk images only, and required there: `uefi` adds `block-device-efi`, `bios` adds `block-device-mbr`.",
    z.enum(["uefi", "bios"]).optional(),
  ),
  diskFormat: field(
    "content",
    "Format of the image file, declared to Glance.",
    z.enum(["qcow2", "raw"]).optional(),
    defaults.diskFormat,
  ),
  compression: field(
    "content",
    "Compression inside a qcow2 file. `zstd` is faster to build; readers need qemu-img 5.1 or newer.",
    z.enum(["zlib", "zstd"]).optional(),
    defaults.compression,
  ),
  baseImage: field(
    "content",
    "What the distribution's element starts from, instead of its own download: `url` with `sha256`, or with `unpinned: true`.",
    z
      .strictObject({
        url: text(rule.downloadUrl).describe("Address of the file. With `sha256` it may change without a new build."),
        sha256: text(rule.sha256Hex).describe("Sha256 of the file, hex.").optional(),
        unpinned: z.literal(true).describe("Take whatever the address gives on the day of the build.").optional(),
      })
      .optional(),
  ),
  sources: field(
    "content",
    "Package sources of the finished image, in place of the distribution's own. The build's mirrors are in `ironic-images:build`.",
    z
      .strictObject({
        mirror: text(rule.plainUrl).describe("Main package source.").optional(),
        security: text(rule.plainUrl).describe("Source of security updates.").optional(),
      })
      .optional(),
  ),
  environment: field(
    "content",
    "Variables of diskimage-builder, see the list below. Values are text: write numbers in quotes.",
    textMap(variableProblem).optional(),
  ),
  deferInitramfs,
  ...secretFields,
  revision: field(
    "content",
    "Any text. Change it to build anew from today's packages.",
    text(rule.freeText).optional(),
  ),
};

/** Cloud fields that a recipe may default and a stack may set: Glance's `min_disk`, `min_ram` and properties. */
export const sharedCloudFields = {
  minDiskGiB: field(
    "cloud",
    "Glance's `min_disk`, GiB; no less than the image's disk.",
    count.optional(),
    "the size of the image's disk, rounded up",
  ),
  maxVirtualSizeGiB: field(
    "cloud",
    "Most that the image's disk may have, GiB; an image that is larger is refused before it is registered.",
    count.optional(),
    DEFAULT_MAX_VIRTUAL_SIZE_GIB,
  ),
  allowLuks: field(
    "cloud",
    "Whether an image with a disk or partition encrypted by LUKS is meant, and registered.",
    z.boolean().optional(),
    "false",
  ),
  minRamMiB: field("cloud", "Glance's `min_ram`, MiB.", count.optional()),
  properties: field(
    "cloud",
    "Glance properties, e.g. `os_distro`. Values are text: write numbers in quotes. Those of a stack are added to those of the recipe and win.",
    propertyMap().optional(),
  ),
};

/** Fields of `recipes/<name>.yaml`. */
export const recipeFields = {
  kind: field(
    "content",
    "`partition` gives image, kernel and ramdisk, `whole-disk` one image. Never guessed.",
    z.enum(["partition", "whole-disk"]),
  ),
  distribution: field("content", "Root element of diskimage-builder, e.g. `ubuntu`, `debian-minimal`.", distribution),
  release: field(
    "content",
    "Release of the distribution (`DIB_RELEASE`), in quotes if it is a number. Required, because the builder's defaults move.",
    release,
  ),
  ...optionalContent,
  ...sharedCloudFields,
};

/** Fields of `overrides` in a stack. A field replaces that of the recipe as a whole. */
export const overrideFields = {
  distribution: field("content", "In place of the recipe's.", distribution.optional()),
  release: field("content", "In place of the recipe's.", release.optional()),
  ...optionalContent,
};

/** A recipe file. What one field's schema cannot see is in checks.ts. */
export const recipeSchema = z.strictObject(recipeFields);

/** A recipe file as it is written: defaults not yet resolved. */
export type RecipeFile = z.infer<typeof recipeSchema>;
