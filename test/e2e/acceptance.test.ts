import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { readCloud } from "../../core/openstack/clouds.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { acceptanceResult, startAcceptance } from "../support/acceptance.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { placesOf } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { randomBuild, sha256, startPublisher, type Publisher } from "../support/publisher.ts";
import { tinyPartition, tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue, liveResidue } from "../support/residue.ts";
import { pretendStarted } from "../support/started.ts";

interface Published {
  readonly imageId: string;
  readonly kernelId?: string;
}

describe("npm run acceptance without machines: a real Ironic takes what a stack publishes in a real Glance", () => {
  let cloud: TestCloud;
  let publisher: Publisher;
  let project: TestProject;
  let published: Record<string, Published>;
  const results = () => path.join(project.directory, ".local/acceptance");

  before(async () => {
    cloud = await testCloud();
    publisher = await startPublisher("ipa-tiny-master");
    const build = randomBuild();
    publisher.publish(build);
    project = await createProject(cloud.cloudsFile, "accepted");
    await pretendStarted(project);
    await project.addElement("tiny");
    await project.writeRecipe("tiny-partition", tinyPartition);
    await project.writeRecipe("tiny-whole-disk", tinyWholeDisk);
    const pins = { kernelSha256: sha256(build.kernel), initramfsSha256: sha256(build.initramfs) };
    const download = { baseUrl: publisher.baseUrl, distribution: "tiny", branch: "master", ...pins };
    await project.writeStack({
      "ironic-images:userImages": {
        "my-image": { recipe: "tiny-partition" },
        "my-disk": { recipe: "tiny-whole-disk" },
      },
      "ironic-images:deployImages": { amd64: { download, keepPrevious: false } },
    });
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    published = (await project.outputs())["userImages"] as Record<string, Published>;
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await publisher.stop();
    await cloud.stop();
  });

  const start = (env: Readonly<Record<string, string>> = {}) => startAcceptance(project, ["--quick"], { env });
  const result = async () => (await acceptanceResult(project)).images;

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`ended by ${signal} in the middle of a deploy it leaves no process, port, mount, loop device or lock`, async () => {
      const run = start();
      const configuration = path.join(results(), "work/ironic.conf");
      await until(() => existsSync(path.join(results(), "work/http/pxelinux.cfg")), "Ironic prepares a deploy");
      const port = /endpoint_override = "http:\/\/192\.0\.2\.2:(\d+)"/.exec(await readFile(configuration, "utf8"))?.[1];
      assert.ok(port);
      assert.ok(await listens(Number(port)));
      assert.notDeepEqual(await liveResidue(results()), []);
      run.kill(signal);
      const { exitCode, stderr } = await run;
      if (signal === "SIGTERM") {
        assert.equal(exitCode, 1);
        assert.match(stderr, /ended by SIGTERM/);
        assert.equal(existsSync(path.join(results(), "work")), false);
      }
      await assertNoResidue(results(), { live: true });
      assert.equal(await listens(Number(port)), false);
    });
  }

  it("both kinds are accepted, told in a table and as JSON; nothing of the killed run is in the way, no proxy is asked, and nothing stays", async (t) => {
    const proxy = await countingProxy();
    const names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    const { exitCode, stdout, stderr } = await start(Object.fromEntries(names.map((name) => [name, proxy.url])));
    proxy.close();
    assert.equal(exitCode, 0, stderr + stdout);
    assert.deepEqual(proxy.asked, []);
    assert.match(stdout, /^my-image +partition +bios +passed \(\d+ s\) +not asked +- +accepted$/m);
    assert.match(stdout, /^my-disk +whole-disk +bios +passed \(\d+ s\) +not asked +- +accepted$/m);
    const images = await result();
    assert.deepEqual(
      images.map(({ image, imageId, verdict }) => ({ image, imageId, verdict })),
      ["my-disk", "my-image"].map((image) => ({ image, imageId: published[image]?.imageId, verdict: "accepted" })),
    );
    assert.equal(existsSync(path.join(results(), "work")), false);
    await assertNoResidue(results());
    t.diagnostic(images.map(({ image, quickSeconds }) => `${image} ${quickSeconds.toFixed(1)} s`).join(", "));
  });

  it("an image whose bytes were changed in Glance's store, and one whose kernel is deactivated, are refused with what that means", async () => {
    const { imageEndpoint, token } = await authenticate(await readCloud("admin", placesOf(cloud.cloudsFile)));
    const kernel = async (action: "deactivate" | "reactivate") => {
      const url = `${imageEndpoint}/v2/images/${published["my-image"]?.kernelId}/actions/${action}`;
      assert.equal((await fetch(url, { method: "POST", headers: { "X-Auth-Token": token } })).status, 204);
    };
    const id = published["my-disk"]?.imageId ?? "";
    const stored = path.join(cloud.directory, "images", id);
    await flipByte(stored, 200_000);
    await kernel("deactivate");
    try {
      const { exitCode, stdout } = await start();
      assert.equal(exitCode, 1, stdout);
      assert.match(stdout, /^my-disk is refused\. Somebody changed it in Glance's store after it was registered/m);
      assert.match(
        stdout,
        new RegExp(`bytes: the bytes that Glance gives out for ${id} \\(image\\) have another sha512`),
      );
      assert.match(stdout, /^my-image is refused\. The conductor gets no such image from Glance/m);
      assert.match(stdout, /\(kernel\) is deactivated/);
      for (const { failure } of await result()) {
        assert.ok(failure);
        assert.notEqual(readFileSync(path.join(failure.logs, "ironic.log"), "utf8"), "");
      }
    } finally {
      await flipByte(stored, 200_000);
      await kernel("reactivate");
    }
  });
});

/** A proxy that does nothing but note what it is asked for. */
async function countingProxy(): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => void server.close(),
  };
}

async function flipByte(file: string, offset: number): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, offset);
  byte[0] = (byte[0] ?? 0) ^ 0xff;
  await handle.write(byte, 0, 1, offset);
  await handle.close();
}

async function listens(port: number): Promise<boolean> {
  const { exitCode } = await execa("bash", ["-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`], { reject: false });
  return exitCode === 0;
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tried = 0; !(await condition()); tried += 1) {
    assert.ok(tried < 1200, `never: ${what}`);
    await sleep(100);
  }
}
