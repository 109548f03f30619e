import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { loadStack } from "../../../core/recipe/load.ts";
import { project } from "./project.ts";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];

const build = {
  distribution: "debian-minimal",
  release: "bookworm",
  agent: { version: "13.0.0", sha256: a },
  requirements: { file: "archives/constraints.txt" },
  simpleInit: { archive: "archives/glean.tar.gz", sha256: b },
};
const download = { baseUrl: "https://example.org/dib/files", distribution: "centos9", branch: "stable/2026.1" };
const pins = { kernelSha256: a, initramfsSha256: b };
const files = { "archives/constraints.txt": "pbr===7.0.3\n", "archives/glean.tar.gz": "" };

const load = (deployImages: unknown, projectDirectory: string) =>
  loadStack({ projectDirectory, stack: "prod", config: { deployImages } });

test("two architectures come out with all defaults resolved, names by architecture, and where everything is", async (t) => {
  const projectDirectory = project(t, files);
  const config = { amd64: { build }, arm64: { download: { ...download, ...pins }, minimumNodeMemoryMiB: 8192 } };
  const { deployImages, warnings } = await load(config, projectDirectory);
  const constraints = digest("pbr===7.0.3\n");
  assert.deepEqual(warnings, []);
  assert.deepEqual(deployImages, [
    {
      architecture: "amd64",
      key: "deploy-amd64",
      kernelName: "deploy-vmlinuz-amd64",
      ramdiskName: "deploy-initrd-amd64",
      content: {
        kind: "deploy-build",
        distribution: "debian-minimal",
        release: "bookworm",
        architecture: "amd64",
        elements: [],
        packages: [],
        agent: { sha256: a },
        requirements: { sha256: constraints },
        simpleInit: { sha256: b },
        compression: "gzip",
        dynamicLogin: false,
        environment: {},
      },
      locations: {
        [a]: "python-index:ironic-python-agent==13.0.0",
        [constraints]: "archives/constraints.txt",
        [b]: "archives/glean.tar.gz",
      },
      visibility: "private",
      keepPrevious: true,
      properties: {},
    },
    {
      architecture: "arm64",
      key: "deploy-arm64",
      kernelName: "deploy-vmlinuz-arm64",
      ramdiskName: "deploy-initrd-arm64",
      content: { kind: "deploy-download", architecture: "arm64", ...pins },
      locations: {
        [a]: "https://example.org/dib/files/ipa-centos9-stable-2026.1.kernel",
        [b]: "https://example.org/dib/files/ipa-centos9-stable-2026.1.initramfs",
      },
      download: { ...download, ...pins },
      visibility: "private",
      keepPrevious: true,
      minimumNodeMemoryMiB: 8192,
      properties: {},
    },
  ]);
});

test("one architecture has the documentation's names, and a tarball is one pin", async (t) => {
  const source = { tarballUrl: "https://example.org/ipa.tar.gz", tarballSha256: c };
  const { deployImages } = await load({ arm64: { download: source, keepPrevious: false } }, project(t, {}));
  const [image] = deployImages;
  assert.deepEqual(
    [image?.kernelName, image?.ramdiskName, image?.keepPrevious],
    ["deploy-vmlinuz", "deploy-initrd", false],
  );
  assert.deepEqual(image?.content, { kind: "deploy-download", architecture: "arm64", tarballSha256: c });
  assert.deepEqual(image?.locations, { [c]: "https://example.org/ipa.tar.gz" });
});

test("what moves is warned of: a branch, and a glean without a pin", async (t) => {
  const config = { amd64: { build: { distribution: "debian-minimal", release: "bookworm", branch: "stable/2026.1" } } };
  const { deployImages, warnings } = await load(config, project(t, {}));
  const content = deployImages[0]?.content as { agent?: unknown; requirements?: unknown; simpleInit?: unknown };
  const branch = { gitRef: "stable/2026.1" };
  assert.deepEqual([content.agent, content.requirements, content.simpleInit], [branch, branch, { unpinned: true }]);
  assert.equal(warnings.length, 2);
  assert.match(warnings.join("\n"), /deployImages\.amd64\.build\.simpleInit: is not given/);
  assert.match(warnings.join("\n"), /deployImages\.amd64\.build\.branch: stable\/2026\.1 moves/);
});

test("a ref that is a branch is warned of, a tag and a commit are not", async (t) => {
  const projectDirectory = project(t, files);
  const refs = [
    ["13.0.0", 0],
    ["0123456789abcdef0123456789abcdef01234567", 0],
    ["stable/2026.1", 1],
    ["master", 1],
  ] as const;
  for (const [ref, count] of refs) {
    const { warnings } = await load({ amd64: { build: { ...build, agent: { ref } } } }, projectDirectory);
    assert.equal(warnings.length, count, ref);
  }
});

test("files of TLS and a trusted CA count by their content", async (t) => {
  const projectDirectory = project(t, { ...files, "tls/agent.crt": "C", "tls/agent.key": "K", "tls/ca.pem": "A" });
  const tls = { certificate: "tls/agent.crt", key: "tls/agent.key" };
  const config = { amd64: { build: { ...build, tls, trustedCa: "file:tls/ca.pem" } } };
  await assert.rejects(load(config, projectDirectory), /trustedCa: "file:tls\/ca.pem" must be the path of a file/);
  const { deployImages } = await load(
    { amd64: { build: { ...build, tls, trustedCa: "tls/ca.pem" } } },
    projectDirectory,
  );
  const content = deployImages[0]?.content as { tls?: unknown; trustedCa?: unknown };
  assert.deepEqual(content.tls, { certificate: digest("C"), key: digest("K") });
  assert.equal(content.trustedCa, digest("A"));
  assert.equal(deployImages[0]?.locations[digest("K")], "tls/agent.key");
});
