// What only a machine shows, with the real agent: what its console and Ironic say of it, and what that means for the operator.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { openStore } from "../../core/artifacts/store.ts";
import {
  acceptanceResult,
  localImages,
  noteAcceptance,
  startAcceptance,
  type LocalImages,
} from "../support/acceptance.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { sha256, startPublisher, type PublishedBuild, type Publisher } from "../support/publisher.ts";
import { tinyPartition, tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue } from "../support/residue.ts";

const userImages = {
  "without-boot-loader": { recipe: "tiny-partition" },
  "my-disk": { recipe: "tiny-whole-disk" },
};

/** What the agent runs in an image before it looks for a boot loader; the element tiny has no mount. */
const mountCommand = `#!/bin/bash
set -eu
program=$(type -P mount)
for file in "$program" $(ldd "$program" | grep -o '/[^ ]*'); do
  [ -e "$TARGET_ROOT$file" ] || cp -L --parents "$file" "$TARGET_ROOT"
done
`;

describe("a real Ironic and machines that do not come up", () => {
  let cloud: TestCloud;
  let local: LocalImages;
  let publisher: Publisher;

  before(async () => {
    cloud = await testCloud();
    publisher = await startPublisher("ipa-tiny-master");
    local = await localImages(cloud.cloudsFile, "refusals", { userImages });
    const { project } = local;
    await project.addElement("tiny");
    await project.writeElement("mount-command", { "root.d/20-mount-command": mountCommand });
    await project.writeRecipe("tiny-partition", { ...tinyPartition, elements: ["mount-command"] });
    await project.writeRecipe("tiny-whole-disk", tinyWholeDisk);
    await up();
    await local.keep();
  });

  after(async () => {
    await local.project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await local.project.remove();
    await publisher.stop();
    await cloud.stop();
  });

  const up = async () => {
    const { exitCode, stdout, stderr } = await local.project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(exitCode, 0, stderr + stdout);
  };
  const refusal = async (image: string, title: string) => {
    const { exitCode, stdout, stderr } = await startAcceptance(local.project, ["--image", image]);
    assert.equal(exitCode, 1, stdout + stderr);
    await noteAcceptance(title, local.project);
    await assertNoResidue(path.join(local.project.directory, ".local/acceptance"));
    const [result] = (await acceptanceResult(local.project)).images;
    assert.equal(result?.quick, "passed");
    assert.ok(result.failure, stdout);
    const console = await readFile(path.join(result.failure.logs, "console.log"), "latin1");
    return { stdout, console, ...result.failure };
  };

  it("a partition image without a boot loader is written, and refused because it cannot be made bootable", async (t) => {
    const { stdout, stage, why, console } = await refusal(
      "without-boot-loader",
      "A partition image without a boot loader",
    );
    t.diagnostic(why);
    assert.match(stdout, /^without-boot-loader is refused\. The agent wrote the image and could not make it bootable/m);
    assert.equal(stage, "write");
    assert.match(why, /grub-install/);
    assert.match(console, /ironic-python-agent/);
  });

  it("a deploy ramdisk of another kernel, which a program without our rule has published, is refused long before any limit", async (t) => {
    const { project } = local;
    await withoutRule(project.directory);
    const build = await ofAnotherKernel(project.directory);
    publisher.publish(build);
    const pins = { kernelSha256: sha256(build.kernel), initramfsSha256: sha256(build.initramfs) };
    const download = { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "master", ...pins };
    await project.writeStack({
      "ironic-images:userImages": { "my-disk": userImages["my-disk"] },
      "ironic-images:deployImages": { amd64: { download, keepPrevious: false } },
    });
    await up();
    const start = performance.now();
    const { stdout, stage, why } = await refusal("my-disk", "A deploy ramdisk of another kernel");
    t.diagnostic(`${Math.round((performance.now() - start) / 1000)} s; ${why}`);
    assert.match(stdout, /^my-disk is refused\. The deploy ramdisk is that of another kernel/m);
    assert.equal(stage, "network-boot");
  });
});

/** Takes the rule out that refuses such a pair before it is published. */
async function withoutRule(directory: string): Promise<void> {
  const file = path.join(directory, "core/inspect/rules/content.ts");
  const code = await readFile(file, "utf8");
  const condition = "versions.includes(kernelVersion)\n";
  assert.ok(code.includes(condition));
  await writeFile(file, code.replace(condition, "versions.length > 0\n"));
}

/** The kernel of the deploy images, and their ramdisk as if its modules were those of another version. */
async function ofAnotherKernel(projectDirectory: string): Promise<PublishedBuild> {
  const store = openStore(projectDirectory);
  const record = (await store.list()).find(({ name }) => name === "deploy-amd64");
  assert.ok(record);
  const { kernel: kernelFile, ramdisk } = record.files;
  const file = (name = "") => path.join(store.directory(record), name);
  const kernel = await readFile(file(kernelFile?.name));
  const [version] = /\d+\.\d+\.\d+-\d+-amd64/.exec(kernel.toString("latin1")) ?? [];
  assert.ok(version);
  const other = version.replace(/\d(?=-amd64$)/, (digit) => String((Number(digit) + 9) % 10));
  // An archive of cpio has no digests, and the names have the same length.
  const rename = `zstd -dcq "$1" | sed "s/${version.replaceAll(".", "\\.")}/${other}/g" | zstd -q -1`;
  const { stdout: initramfs } = await execa("sh", ["-c", rename, "sh", file(ramdisk?.name)], {
    encoding: "buffer",
    maxBuffer: 2 ** 30,
  });
  return { kernel, initramfs: Buffer.from(initramfs) };
}
