import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { randomBuild, sha256, startPublisher, type PublishedBuild, type Publisher } from "../support/publisher.ts";
import { pretendStarted } from "../support/started.ts";
import { watchVisible } from "../support/watcher.ts";

interface Pair {
  readonly kernelId: string;
  readonly ramdiskId: string;
  readonly buildId: string;
  readonly memory: Readonly<Record<string, number>>;
}

const stack = "pair";
const ofStack = { ironic_images_stack: stack };

describe("a downloaded pair of deploy images on the real engine and the real Glance", () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let other: GlanceUser;
  let publisher: Publisher;
  let project: TestProject;
  const [first, second, third] = [randomBuild(), randomBuild(), randomBuild()];
  const seen: Pair[] = [];

  const stackConfig = (change: object = {}) => ({
    "ironic-images:deployImages": {
      amd64: {
        download: { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "stable/1" },
        visibility: "community",
        ...change,
      },
    },
  });
  const tool = (name: string, ...args: string[]) =>
    execa(process.execPath, [path.join(project.directory, "tools", name, "main.ts"), "--stack", stack, ...args], {
      cwd: project.directory,
      env: project.environment,
      reject: false,
      stdin: "ignore",
    });
  const stackFile = () => readFile(path.join(project.directory, `stacks/Pulumi.${stack}.yaml`), "utf8");
  const pair = async () => ((await project.outputs())["deployImages"] as Record<string, Pair>)["amd64"] as Pair;
  const ids = async () => (await glance.listAll(ofStack)).map(({ id }) => id).sort();

  async function assertServes({ kernelId, ramdiskId }: Pair, build: PublishedBuild): Promise<void> {
    assert.equal(await glance.downloadedSha256(kernelId), sha256(build.kernel));
    assert.equal(await glance.downloadedSha256(ramdiskId), sha256(build.initramfs));
  }

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    publisher = await startPublisher("ipa-tiny-stable-1");
    publisher.publish(first);
    project = await createProject(cloud.cloudsFile, stack);
    await pretendStarted(project);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await tool("prune", "--yes");
    await project.remove();
    await publisher.stop();
    await cloud.stop();
  });

  it("without pins the preview refuses it and names npm run pin, which writes both", async () => {
    await project.writeStack(stackConfig());
    const preview = await project.pulumi(["preview"]);
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.stdout, /deployImages\.amd64\.download\.kernelSha256: is required.*npm run pin/);
    assert.match(preview.stdout, /deployImages\.amd64\.download\.initramfsSha256: is required/);
    const pin = await tool("pin");
    assert.equal(pin.exitCode, 0, pin.stderr);
    const text = await stackFile();
    assert.ok(text.includes(sha256(first.kernel)) && text.includes(sha256(first.initramfs)), text);
  });

  it("a ramdisk over the memory of the smallest node is refused before anything is registered", async () => {
    const pinned = await stackFile();
    const download = { kernelSha256: sha256(first.kernel), initramfsSha256: sha256(first.initramfs) };
    const source = { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "stable/1", ...download };
    await project.writeStack(stackConfig({ download: source, minimumNodeMemoryMiB: 3 }));
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(up.exitCode, 0);
    assert.match(
      up.stdout + up.stderr,
      /deployImages\.amd64: the ramdisk takes 4 MiB .* the smallest node has 3 MiB; nothing was registered/,
    );
    assert.deepEqual(await ids(), []);
    await project.writeStack(stackConfig({ download: source, minimumNodeMemoryMiB: 4 }));
    assert.notEqual(pinned, await stackFile());
  });

  it("up downloads, registers and publishes both, with ids and text for Ironic", async () => {
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const published = await pair();
    seen.push(published);
    const images = new Map((await glance.list(ofStack)).map((image) => [image.id, image]));
    const rows = [published.kernelId, published.ramdiskId].map((id) => images.get(id));
    assert.deepEqual(
      rows.map((image) => [
        image?.["name"],
        image?.disk_format,
        image?.container_format,
        image?.status,
        image?.visibility,
      ]),
      [
        ["deploy-vmlinuz", "aki", "aki", "active", "community"],
        ["deploy-initrd", "ari", "ari", "active", "community"],
      ],
    );
    assert.equal(images.size, 2);
    assert.deepEqual(published.memory, { packedMiB: 1, unpackedMiB: 3, neededMiB: 4, minimumNodeMemoryMiB: 4 });
    await assertServes(published, first);
    const ironic = (await project.outputs())["ironic"] as Record<string, string>;
    assert.equal(ironic["DEPLOY_VMLINUZ_UUID"], published.kernelId);
    assert.equal(ironic["DEPLOY_INITRD_UUID"], published.ramdiskId);
    assert.ok(ironic["ironicConf"]?.includes(`deploy_ramdisk_by_arch = x86_64:${published.ramdiskId}\n`));
  });

  it("a second up changes nothing, opens neither file, and downloads nothing", async (t) => {
    publisher.requests.length = 0;
    const trace = path.join(project.scratch, "trace");
    const through = ["strace", "-f", "-qq", "-e", "trace=open,openat,openat2", "-o", trace];
    const up = await project.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"], { through });
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const opened = (await readFile(trace, "utf8")).split("\n");
    assert.ok(
      opened.some((line) => line.includes("providers/deploy-ramdisk")),
      "the trace must have seen the provider",
    );
    assert.deepEqual(
      opened.filter((line) => /\.(kernel|initramfs)"/.test(line)),
      [],
    );
    assert.deepEqual(
      publisher.requests.filter((request) => !request.endsWith(".sha256")),
      [],
    );
    t.diagnostic(`${opened.length} files opened, ${publisher.requests.length} checksums asked for`);
  });

  it("fault 27: when upstream moves the preview warns with both digests, and changes nothing", async () => {
    publisher.publish(second);
    const preview = await project.pulumi(["preview", "--expect-no-changes"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    for (const text of [sha256(first.kernel), sha256(second.kernel), "npm run pin"])
      assert.ok(preview.stdout.includes(text), preview.stdout);
  });

  it("a publisher that cannot be reached is no warning", async () => {
    await publisher.stop();
    const preview = await project.pulumi(["preview", "--expect-no-changes"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    assert.doesNotMatch(preview.stdout, /npm run pin/);
    const port = Number(new URL(publisher.baseUrl).port);
    publisher = await startPublisher("ipa-tiny-stable-1", port);
    publisher.publish(second);
  });

  it("npm run pin changes the pins in the stack file and nothing else, and the preview shows the replacement", async () => {
    const before = (await stackFile()).split("\n");
    const pin = await tool("pin");
    assert.equal(pin.exitCode, 0, pin.stderr);
    const after = (await stackFile()).split("\n");
    const changed = after.filter((line, index) => line !== before[index]);
    assert.equal(after.length, before.length);
    assert.deepEqual(changed.map((line) => line.trim().split(":")[0]).sort(), ["initramfsSha256", "kernelSha256"]);
    const preview = await project.pulumi(["preview"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
    const replaced = preview.steps.filter(({ op }) => op === "replace").map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(replaced.sort(), [
      "DeployRamdisk deploy-amd64",
      "Image deploy-amd64-kernel",
      "Image deploy-amd64-ramdisk",
    ]);
    const artifact = preview.steps.find(({ op, type }) => op === "replace" && type === "DeployRamdisk");
    assert.deepEqual(
      ["kernelSha256", "initramfsSha256", "fingerprint"].filter((name) => artifact?.diffs.includes(name) !== true),
      [],
    );
  });

  it("up rolls both, new before old; the old pair stays and still serves", async (t) => {
    const watcher = watchVisible(other, ofStack);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    const wrong = await watcher.stop();
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    assert.deepEqual(wrong, []);
    t.diagnostic(`a second user looked ${watcher.looks} times`);
    const published = await pair();
    const [old] = seen;
    assert.ok(old);
    assert.ok(published.kernelId !== old.kernelId && published.ramdiskId !== old.ramdiskId);
    await assertServes(published, second);
    await assertServes(old, first);
    const { steps } = up;
    const creates = steps.flatMap(({ op, type }, index) =>
      op === "create-replacement" && type === "Image" ? [index] : [],
    );
    const removals = steps.flatMap(({ op, type }, index) =>
      /^(delete|discard|remove)/.test(op) && type === "Image" ? [index] : [],
    );
    assert.equal(creates.length, 2);
    assert.ok(
      removals.every((index) => index > Math.max(...creates)),
      JSON.stringify(steps),
    );
    seen.push(published);
  });

  it("fault 23: a corrupted file changes nothing in Glance, the error has both digests, and the next up is fine", async () => {
    publisher.publish(third);
    assert.equal((await tool("pin")).exitCode, 0);
    publisher.corrupt("initramfs");
    const before = await ids();
    const broken = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(broken.exitCode, 0);
    const said = broken.stdout + broken.stderr;
    assert.ok(said.includes(sha256(third.initramfs)), said);
    assert.match(said, /found [0-9a-f]{64}/);
    assert.match(said, /npm run pin/);
    assert.deepEqual(await ids(), before);
    publisher.publish(third);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    const published = await pair();
    await assertServes(published, third);
    seen.push(published);
  });

  it("prune lists exactly the old pairs and, when told, removes exactly them", async () => {
    const [one, two, live] = seen;
    assert.ok(one && two && live);
    const old = [one.kernelId, one.ramdiskId, two.kernelId, two.ramdiskId];
    const dry = await tool("prune", "--dry-run");
    assert.equal(dry.exitCode, 0, dry.stderr);
    for (const id of old) assert.ok(dry.stdout.includes(id), dry.stdout);
    assert.ok(!dry.stdout.includes(live.kernelId), dry.stdout);
    assert.equal((await ids()).length, 6);
    const prune = await tool("prune", "--yes");
    assert.equal(prune.exitCode, 0, prune.stderr + prune.stdout);
    assert.deepEqual(await ids(), [live.kernelId, live.ramdiskId].sort());
    await assertServes(live, third);
    const preview = await project.pulumi(["preview", "--expect-no-changes", "--refresh"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
  });

  it("destroy says what it leaves, and prune takes that too", async () => {
    const live = seen.at(-1);
    assert.ok(live);
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroy.exitCode, 0, destroy.stderr + destroy.stdout);
    assert.match(
      destroy.stdout,
      new RegExp(`stays in Glance.*kernel ${live.kernelId}, ramdisk ${live.ramdiskId}; npm run prune`),
    );
    await assertServes(live, third);
    assert.equal((await tool("prune", "--yes")).exitCode, 0);
    assert.deepEqual(await ids(), []);
  });
});
