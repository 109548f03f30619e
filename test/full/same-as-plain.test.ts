import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { hashFile } from "../../core/artifacts/describe.ts";
import { requestedElements } from "../../core/recipe/command.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { imageDifferences, ramdiskDifferences } from "../../tools/docs/same-image.ts";
import { cannotBuild, makeProject, realBuilder } from "../core/build/support.ts";
import { differences, listTree, unexplained, type Tree } from "../support/compared-trees.ts";
import { withMountedImage } from "../support/mounted-image.ts";
import { withPlainBuild } from "../support/plain-build.ts";
import { assertNoResidue } from "../support/residue.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { unpackRamdisk } from "../support/unpacked-ramdisk.ts";

const builder = realBuilder();
const skip = cannotBuild() ?? (builder === undefined ? "needs the pinned diskimage-builder on PATH" : false);

const content: RecipeContent = {
  kind: "partition",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: ["dhcp-all-interfaces", "enable-serial-console"],
  packages: [],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

interface Image {
  /** Names and versions. */
  readonly packages: readonly string[];
  readonly tree: Tree;
  readonly ramdisk: Tree;
  /** Sha256. */
  readonly kernel: string;
}

async function lookAt(scratch: string, image: string, kernel: string, ramdisk: string): Promise<Image> {
  const unpacked = join(scratch, "ramdisk");
  await unpackRamdisk(ramdisk, unpacked);
  return {
    kernel: (await hashFile(kernel)).sha256,
    ramdisk: await listTree(unpacked),
    ...(await withMountedImage({ path: image, format: "qcow2", kind: "partition" }, async (root) => ({
      packages: packagesIn(readFileSync(join(root, "var/lib/dpkg/status"), "utf8")),
      tree: await listTree(root),
    }))),
  };
}

/** What is installed, as deb822(5) says it. */
function packagesIn(status: string): string[] {
  const value = (stanza: string, name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1];
  return status
    .split("\n\n")
    .filter((stanza) => value(stanza, "Status")?.endsWith(" installed"))
    .map((stanza) => `${value(stanza, "Package")}:${value(stanza, "Architecture")} ${value(stanza, "Version")}`)
    .sort();
}

test(
  "a Debian image that is built with everything that makes builds faster is the image of plain disk-image-create, but for differences that are explained",
  { skip, timeout: 3_600_000 },
  async (t) => {
    const project = makeProject(t);
    await project.build(project.job("image", content));
    const { record } = await project.build(project.job("image", { ...content, revision: "2" }));
    const file = (name = ""): string => project.artifact(record, name);
    const log = readFileSync(file("build.log"), "utf8");
    assert.match(log, /Took the base root that debootstrap made/);
    assert.match(log, /Kept [1-9]\d+ packages that the archive has/);
    assert.equal(log.match(/update-initramfs: Generating /g)?.length, 1);
    const { image, kernel, ramdisk } = record.files;
    const ours = await lookAt(temporaryDirectory(t), file(image?.name), file(kernel?.name), file(ramdisk?.name));

    const scratch = temporaryDirectory(t);
    const plain = await withPlainBuild(
      join(scratch, "plain"),
      "image",
      builder ?? "",
      requestedElements(content),
      content.release,
      (output) => lookAt(scratch, `${output}.qcow2`, `${output}.vmlinuz`, `${output}.initrd`),
    );

    assert.ok(plain.packages.length > 100, `${plain.packages.length} packages`);
    assert.deepEqual(ours.packages, plain.packages);
    assert.equal(ours.kernel, plain.kernel);
    assert.ok(plain.tree.size > 5000 && plain.ramdisk.size > 500, "both were listed");
    assert.deepEqual(unexplained(differences(plain.tree, ours.tree), imageDifferences), []);
    assert.deepEqual(unexplained(differences(plain.ramdisk, ours.ramdisk), ramdiskDifferences), []);
    for (const directory of [scratch, dirname(project.directory)]) await assertNoResidue(directory);
  },
);
