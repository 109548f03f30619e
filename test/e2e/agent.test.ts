import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { consoleLog, findVerdict } from "../../core/boot/kept-verdicts.ts";
import { bootTestSettings } from "../../core/boot/settings.ts";
import { agentStart } from "../../core/boot/signs.ts";
import { deployFingerprintInputs, fingerprint } from "../../core/recipe/fingerprint.ts";
import { loadStack } from "../../core/recipe/load.ts";
import { keepInCache, takeFromCache } from "../support/artifact-cache.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { randomBuild, sha256, startPublisher, type Publisher } from "../support/publisher.ts";

const repository = path.resolve(import.meta.dirname, "../..");

interface Pair {
  readonly kernelId: string;
  readonly ramdiskId: string;
  readonly buildId: string;
}

describe("deploy images of two architectures: amd64 built for real as in the stack local, arm64 downloaded", () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let publisher: Publisher;
  let project: TestProject;
  let record: ArtifactRecord;
  const published = randomBuild("arm64");

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    publisher = await startPublisher("ipa-tiny-master");
    publisher.publish(published);
    project = await createProject(cloud.cloudsFile, "agent");
    await cp(path.join(repository, "archives"), path.join(project.directory, "archives"), { recursive: true });
    const local = parse(await readFile(path.join(repository, "stacks/Pulumi.local.yaml"), "utf8")) as {
      config: Record<string, Record<string, { build: object }>>;
    };
    const build = local.config["ironic-images:deployImages"]?.["amd64"]?.build;
    assert.ok(build, "the stack local builds deploy images for amd64");
    const pins = { kernelSha256: sha256(published.kernel), initramfsSha256: sha256(published.initramfs) };
    const source = { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "master" };
    await project.writeStack({
      "ironic-images:deployImages": {
        amd64: { build, keepPrevious: false, bootTest: {} },
        arm64: { download: { ...source, ...pins }, keepPrevious: false },
      },
    });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await publisher.stop();
    await cloud.stop();
  });

  it("are built and downloaded, if no run before this one built the same fingerprint, and registered, amd64 booted, and published", async (t) => {
    const file = parse(await readFile(path.join(project.directory, "stacks/Pulumi.agent.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    const config = { deployImages: file.config["ironic-images:deployImages"] };
    const { deployImages } = await loadStack({ projectDirectory: project.directory, stack: "agent", config });
    const [built] = deployImages;
    assert.ok(built);
    const wanted = fingerprint(deployFingerprintInputs(built.content, project.directory));
    t.diagnostic((await takeFromCache(project.directory, built.key, wanted)) ? "of an earlier run" : "built now");
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const found = await openStore(project.directory).find(built.key, wanted);
    assert.ok(found);
    record = found;
    await keepInCache(project.directory, built.key, wanted);
    const { kernel, ramdisk } = record.files;
    t.diagnostic(
      `${record.seconds["total"]} s; kernel ${kernel?.size}, initramfs ${ramdisk?.size}, unpacked ${ramdisk?.virtualSize} bytes`,
    );
  });

  it("right files under right ids, in Glance and in the text for Ironic", async () => {
    const outputs = await project.outputs();
    const { amd64, arm64 } = outputs["deployImages"] as Record<string, Pair>;
    assert.ok(amd64 && arm64);
    assert.equal(amd64.buildId, record.buildId);
    assert.equal(await glance.downloadedSha256(amd64.kernelId), record.files.kernel?.sha256);
    assert.equal(await glance.downloadedSha256(amd64.ramdiskId), record.files.ramdisk?.sha256);
    assert.equal(await glance.downloadedSha256(arm64.kernelId), sha256(published.kernel));
    assert.equal(await glance.downloadedSha256(arm64.ramdiskId), sha256(published.initramfs));
    const images = new Map((await glance.list({ ironic_images_stack: "agent" })).map((image) => [image.id, image]));
    assert.deepEqual(
      [amd64.kernelId, amd64.ramdiskId, arm64.kernelId, arm64.ramdiskId].map((id) => images.get(id)?.["name"]),
      ["deploy-vmlinuz-amd64", "deploy-initrd-amd64", "deploy-vmlinuz-arm64", "deploy-initrd-arm64"],
    );
    const ironic = outputs["ironic"] as Record<string, string>;
    assert.equal(
      ironic["ironicConf"],
      `[conductor]\ndeploy_kernel_by_arch = x86_64:${amd64.kernelId},aarch64:${arm64.kernelId}\n` +
        `deploy_ramdisk_by_arch = x86_64:${amd64.ramdiskId},aarch64:${arm64.ramdiskId}\n`,
    );
    assert.equal(ironic["DEPLOY_VMLINUZ_UUID_ARM64"], arm64.kernelId);
  });

  it("the pair that Glance gives out booted until the agent logged its start", async (t) => {
    const tested = {
      buildId: record.buildId,
      firmware: "direct",
      settings: bootTestSettings({}, record.inputs.kind),
    } as const;
    const directory = openStore(project.directory).directory(record);
    const verdict = await findVerdict(directory, tested);
    assert.equal(verdict?.verdict, "boots");
    t.diagnostic(`${verdict.accelerator}: ${Math.round(verdict.seconds)} s`);
    assert.match(await readFile(consoleLog(directory, tested), "latin1"), agentStart);
  });
});
