import { z } from "zod";
import { bootTest } from "./boot-test.ts";
import { deployVariableProblem } from "./deploy-environment.ts";
import { field, text } from "./fields.ts";
import { deferInitramfs, propertyMap, textMap } from "./schema.ts";
import { publicationFields, visibility } from "./publication.ts";
import { secretFields } from "./secret-fields.ts";
import * as rule from "./text.ts";

/** Architectures of nodes that a stack can have deploy images for, as diskimage-builder names them. */
export const architectures = ["amd64", "arm64"] as const;

/** Values that a build of deploy images has when the stack does not say. */
export const deployDefaults = {
  elements: [],
  packages: [],
  compression: "gzip",
  dynamicLogin: false,
  tlsDays: 1095,
} as const;

const sha256 = text(rule.sha256Hex).describe("Sha256 of the archive, hex.");
const archive = text(rule.archivePlace).describe(
  "Path of a `.tar.gz` in the project, or its http(s) address. With `sha256`.",
);
const ref = text(rule.gitRef).describe("Tag or commit.");
const repository = text(rule.repositoryUrl).describe("Address of the git repository, in place of OpenStack's own.");

const packageSource = z.strictObject({
  ref: ref.optional(),
  repository: repository.optional(),
  archive: archive.optional(),
  version: text(rule.pythonVersion)
    .describe("Version of the source distribution on the build host's Python index. With `sha256`.")
    .optional(),
  sha256: sha256.optional(),
});

const requirementsSource = z.strictObject({
  ref: ref.optional(),
  repository: repository.optional(),
  archive: archive.optional(),
  sha256: sha256.optional(),
  file: text(rule.projectPath).describe("A constraints file of pip in the project.").optional(),
});

/** Fields of `build`: ramdisks that ironic-python-agent-builder makes. */
export const deployBuildFields = {
  distribution: field(
    "content",
    "Root element of diskimage-builder, e.g. `debian-minimal`, `centos`.",
    text(rule.elementName),
  ),
  release: field(
    "content",
    "Release of the distribution (`DIB_RELEASE`), in quotes if it is a number.",
    text(rule.releaseName),
  ),
  elements: field(
    "content",
    "Further elements of ironic-python-agent-builder, diskimage-builder or `elements/`, in order.",
    z.array(text(rule.elementName)).optional(),
    deployDefaults.elements,
  ),
  packages: field(
    "content",
    "Further packages; what Ironic's deploy steps need is in it already.",
    z.array(text(rule.packageName)).optional(),
    deployDefaults.packages,
  ),
  branch: field(
    "content",
    "Branch that ironic-python-agent and its requirements are taken from, e.g. `stable/2026.1`. A branch moves: pin `agent` and `requirements` instead where a build must be repeatable.",
    text(rule.gitRef).optional(),
  ),
  agent: field(
    "content",
    "ironic-python-agent: `ref` of its git repository, or `archive` with `sha256`, or `version` with `sha256`.",
    packageSource.optional(),
  ),
  requirements: field(
    "content",
    "What pins the agent's Python packages: `ref` of OpenStack's requirements, `archive` with `sha256` (holds `upper-constraints.txt`), or `file`.",
    requirementsSource.optional(),
  ),
  simpleInit: field(
    "content",
    "glean, which configures the network of the ramdisk: as `agent`. Without it the build takes today's.",
    packageSource.optional(),
  ),
  wheels: field(
    "content",
    "Archive of all Python packages that the build may use, in place of the build host's Python index: nothing else is asked.",
    z.strictObject({ archive, sha256 }).optional(),
  ),
  tls: field(
    "content",
    "TLS of the agent's API: `certificate` and `key`, or `selfSigned`. Everybody who can boot the ramdisk can read the key.",
    z
      .strictObject({
        certificate: text(rule.projectPath).describe("PEM file in the project.").optional(),
        key: text(rule.projectPath).describe("PEM file in the project; keep it out of git.").optional(),
        clientCa: text(rule.projectPath)
          .describe("CA file in the project: clients must have a certificate of it.")
          .optional(),
        selfSigned: z
          .strictObject({
            hostname: text(rule.hostName).describe("Name in the certificate."),
            days: z
              .int()
              .min(1)
              .max(36_500)
              .describe(`Days that it holds; ${deployDefaults.tlsDays} by default.`)
              .optional(),
          })
          .describe("A certificate that the build makes.")
          .optional(),
      })
      .optional(),
  ),
  trustedCa: field(
    "content",
    "CA file in the project that the agent trusts when it talks to Ironic (`DIB_IPA_CERT`).",
    text(rule.projectPath).optional(),
  ),
  compression: field(
    "content",
    "Of the initramfs. `zstd` unpacks faster; the kernel of the distribution must know it.",
    z.enum(["gzip", "zstd"]).optional(),
    deployDefaults.compression,
  ),
  dynamicLogin: field(
    "content",
    "The element `dynamic-login`, to look into a node that does not deploy: whoever sets the kernel's command line gets root.",
    z.boolean().optional(),
    "false",
  ),
  environment: field(
    "content",
    "Variables of diskimage-builder and ironic-python-agent-builder, see the lists below. Values are text.",
    textMap(deployVariableProblem).optional(),
  ),
  deferInitramfs,
  ...secretFields,
  revision: field(
    "content",
    "Any text. Change it to build anew from today's packages.",
    text(rule.freeText).optional(),
  ),
};

const pin = (what: string) =>
  text(rule.sha256Hex).describe(`Sha256 of the ${what}, hex; \`npm run pin\` writes it.`).optional();
const address = (what: string) => text(rule.downloadUrl).describe(`Address of the ${what}.`).optional();

/** Fields of `download`: ramdisks as somebody publishes them, with `.sha256` files beside them. */
export const deployDownloadFields = {
  baseUrl: field(
    "build",
    "Where `ipa-<distribution>-<branch>.kernel` and `.initramfs` are, e.g. the agent's page on tarballs.opendev.org. With `distribution` and `branch`.",
    text(rule.plainUrl).optional(),
  ),
  distribution: field("build", "As in the file names, e.g. `centos9`.", text(rule.elementName).optional()),
  branch: field("build", "As in the file names; a `/` becomes `-`.", text(rule.gitRef).optional()),
  kernelUrl: field("build", "In place of `baseUrl`: the kernel's own address. With `initramfsUrl`.", address("kernel")),
  initramfsUrl: field("build", "In place of `baseUrl`: the initramfs's own address.", address("initramfs")),
  tarballUrl: field("build", "In place of `baseUrl`: a tarball that holds both.", address("tarball")),
  kernelSha256: field("content", "Pin of the kernel; `npm run pin` writes it.", pin("kernel")),
  initramfsSha256: field("content", "Pin of the initramfs; `npm run pin` writes it.", pin("initramfs")),
  tarballSha256: field("content", "Pin of the tarball; `npm run pin` writes it.", pin("tarball")),
};

/** Fields of one entry of `ironic-images:deployImages`, whose key is the architecture. */
export const deployImageFields = {
  build: field(
    "content",
    "Build kernel and ramdisk with ironic-python-agent-builder. Either this or `download`.",
    z.strictObject(deployBuildFields).optional(),
  ),
  download: field(
    "content",
    "Download kernel and ramdisk, pinned. Either this or `build`.",
    z.strictObject(deployDownloadFields).optional(),
  ),
  kernelName: field(
    "cloud",
    "Name of the deploy kernel in Glance. With several architectures the default ends in `-` and the architecture.",
    text(rule.imageName).optional(),
    "deploy-vmlinuz",
  ),
  ramdiskName: field(
    "cloud",
    "Name of the deploy ramdisk in Glance; as `kernelName`.",
    text(rule.imageName).optional(),
    "deploy-initrd",
  ),
  visibility: field(
    "cloud",
    "Who sees the images in Glance. Ironic's own project must.",
    visibility.optional(),
    "private",
  ),
  ...publicationFields,
  keepPrevious: field(
    "cloud",
    "Whether a replaced pair stays in Glance until `npm run prune` removes it: nodes and `ironic.conf` go on naming it.",
    z.boolean().optional(),
    "true",
  ),
  bootTest,
  minimumNodeMemoryMiB: field(
    "cloud",
    "Memory of the smallest node, MiB. A ramdisk that does not fit, packed and unpacked together, is refused before it is registered.",
    z.int().min(1).max(100_000_000).optional(),
  ),
  properties: field("cloud", "Glance properties of both images. Values are text.", propertyMap().optional()),
};

/** One entry of `ironic-images:deployImages`. What one field's schema cannot see is in deploy-checks.ts. */
export const deployImageSchema = z.strictObject(deployImageFields);

/** `build` as it is written. */
export type DeployBuildFile = z.infer<z.ZodObject<typeof deployBuildFields>>;

/** `download` as it is written. */
export type DeployDownloadFile = z.infer<z.ZodObject<typeof deployDownloadFields>>;

/** An entry as it is written. */
export type DeployImageFile = z.infer<typeof deployImageSchema>;
