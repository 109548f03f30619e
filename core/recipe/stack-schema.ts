import { z } from "zod";
import { bootTest } from "./boot-test.ts";
import { field, text } from "./fields.ts";
import { publicationFields, visibility } from "./publication.ts";
import { overrideFields, sharedCloudFields } from "./schema.ts";
import * as rule from "./text.ts";

/** Minutes that a build may take when the stack does not say. */
export const DEFAULT_TIMEOUT_MINUTES = 120;

/** Days for which the tree that debootstrap made is used again when the stack does not say. */
export const DEFAULT_BASE_ROOT_DAYS = 7;

/** Fields of one entry of `ironic-images:userImages`. */
export const userImageFields = {
  recipe: field("content", "Which recipe: the name of `recipes/<name>.yaml`.", text(rule.recipeName)),
  name: field("cloud", "Name in Glance.", text(rule.imageName).optional(), "the entry's key"),
  kernelName: field(
    "cloud",
    "Name of the kernel in Glance. Partition images only.",
    text(rule.imageName).optional(),
    "<name>.vmlinuz",
  ),
  ramdiskName: field(
    "cloud",
    "Name of the ramdisk in Glance. Partition images only.",
    text(rule.imageName).optional(),
    "<name>.initrd",
  ),
  visibility: field("cloud", "Who sees the image in Glance.", visibility.optional(), "private"),
  ...publicationFields,
  keepPrevious: field(
    "cloud",
    "Whether replaced images stay in Glance, until `npm run prune` removes them.",
    z.boolean().optional(),
    "false",
  ),
  bootTest,
  ...sharedCloudFields,
  overrides: field(
    "content",
    "Content fields of the recipe that this cloud wants otherwise, all but `kind`. Each replaces the recipe's as a whole.",
    z.strictObject(overrideFields).optional(),
  ),
};

/** One entry of `ironic-images:userImages`. */
export const userImageSchema = z.strictObject(userImageFields);

/** Fields of `ironic-images:build`. They reach the build when it runs, and change no resource. */
export const buildFields = {
  slots: field(
    "build",
    "Builds at the same time on this machine, and as many boot tests.",
    z.int().min(1).max(64).optional(),
    "one per 2 processors",
  ),
  timeoutMinutes: field(
    "build",
    "Minutes after which a build is stopped.",
    z.int().min(1).max(10_080).optional(),
    DEFAULT_TIMEOUT_MINUTES,
  ),
  leaseSeconds: field(
    "build",
    "Seconds for which a build goes on when nobody waits for it, because `pulumi` was killed. A `pulumi up` within them joins it; afterwards it is stopped.",
    z.int().min(1).max(86_400).optional(),
    60,
  ),
  minimumFreeMiB: field(
    "build",
    "MiB that must be free where images are built (`.images/builds`) before a build starts; 0 asks for nothing.",
    z
      .int()
      .min(0)
      .max(2 ** 30)
      .optional(),
    "what the last build of the recipe took and a quarter more; 6144 for the first",
  ),
  suppressSync: field(
    "build",
    "Whether programs in a build are told at once that their data is on the disk (`fsync` and its like; as `--suppress-sync` of systemd-nspawn). It changes no image: what is published is forced to the disk in any case.",
    z.boolean().optional(),
    "true",
  ),
  baseRootDays: field(
    "build",
    "Days for which a build takes the tree that `debootstrap` made for an earlier one, if it would make the same again: same arguments, same program and keys, and the archive's `InRelease` has not changed by a byte. Updates are installed in every build. 0 always runs `debootstrap`.",
    z.int().min(0).max(365).optional(),
    DEFAULT_BASE_ROOT_DAYS,
  ),
  keepPackages: field(
    "build",
    "Whether packages that an earlier build has fetched are used again if the archive still has them, with the same digest. Debian and Ubuntu; `debian-minimal` and `ubuntu-minimal` would fetch all of them each time.",
    z.boolean().optional(),
    "true",
  ),
  mirrors: field(
    "build",
    "Package sources for the build only; nothing of them stays in the image. Default: those of the build host.",
    z
      .strictObject({
        mirror: text(rule.plainUrl).describe("Main package source.").optional(),
        security: text(rule.plainUrl).describe("Source of security updates.").optional(),
      })
      .optional(),
  ),
  proxy: field(
    "build",
    "Proxies for the build only. Default: those of the build host.",
    z
      .strictObject({
        http: text(rule.plainUrl).describe("`http_proxy`.").optional(),
        https: text(rule.plainUrl).describe("`https_proxy`.").optional(),
        no: text(rule.noProxyList).describe("`no_proxy`.").optional(),
      })
      .optional(),
  ),
  caBundle: field(
    "build",
    "File of CA certificates that builds trust, e.g. behind a proxy that inspects TLS; nothing of it stays in the image. Default: what `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE` names on the build host.",
    text(rule.absolutePath).optional(),
  ),
};

/** `ironic-images:build`. */
export const buildSchema = z.strictObject(buildFields);

/** Roles that may make an image public where the stack does not say: those of Glance's default policy `publicize_image`. */
export const DEFAULT_PUBLIC_ROLES: readonly string[] = ["admin"];

/** Keys of the stack that are values themselves: what a preview asks of the cloud. */
export const preflightFields = {
  preflight: field(
    "cloud",
    "Whether a preview asks the cloud if it can take what the stack wants: credentials, formats, quota, names, roles. It only reads. `off` skips it.",
    // A YAML 1.1 parser reads on and off as true and false.
    z
      .union([z.enum(["on", "off"]), z.boolean()], {
        error: ({ input }) => `must be on or off, not ${rule.quoted(input)}`,
      })
      .optional(),
    "on",
  ),
  publicRoles: field(
    "cloud",
    "Roles of which one is needed to make an image public, where Glance's policy `publicize_image` is not its default.",
    z.array(text(rule.freeText).min(1)).min(1).optional(),
    DEFAULT_PUBLIC_ROLES,
  ),
};

/** `ironic-images:preflight` and its companions. */
export const preflightSchema = z.strictObject(preflightFields);
