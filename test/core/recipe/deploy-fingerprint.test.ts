import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeployBuildContent, DeployContent } from "../../../core/recipe/deploy-content.ts";
import { deployFingerprintInputs, fingerprint } from "../../../core/recipe/fingerprint.ts";
import { project } from "./project.ts";

const [a, b] = ["a", "b"].map((letter) => letter.repeat(64)) as [string, string];
const content: DeployBuildContent = {
  kind: "deploy-build",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: ["mine"],
  packages: [],
  agent: { sha256: a },
  requirements: { sha256: a },
  simpleInit: { unpinned: true },
  compression: "gzip",
  dynamicLogin: false,
  environment: {},
};
const hook = { "elements/mine/install.d/10-mine": "#!/bin/sh\n" };
const of = (given: DeployContent, directory: string) => fingerprint(deployFingerprintInputs(given, directory));

const changes: readonly Partial<DeployBuildContent>[] = [
  { distribution: "debian" },
  { release: "trixie" },
  { architecture: "arm64" },
  { elements: [] },
  { packages: ["lldpd"] },
  { agent: { sha256: b } },
  { agent: { gitRef: "13.0.0" } },
  { requirements: { sha256: b } },
  { simpleInit: { sha256: b } },
  { wheels: { sha256: b } },
  { tls: { selfSigned: { hostname: "ipa", days: 1 } } },
  { trustedCa: b },
  { compression: "zstd" },
  { dynamicLogin: true },
  { deferInitramfs: false },
  { environment: { DIB_IPA_MINIMAL_PRUNE: "1" } },
  { revision: "2" },
];

for (const change of changes) {
  test(`another fingerprint with ${JSON.stringify(change).slice(0, 60)}`, (t) => {
    const directory = project(t, hook);
    assert.notEqual(of({ ...content, ...change }, directory), of(content, directory));
  });
}

test("an element of the project counts by its content, wherever the project lies", (t) => {
  const [one, other] = [project(t, hook), project(t, hook)];
  assert.equal(of(content, one), of(content, other));
  const edited = project(t, { "elements/mine/install.d/10-mine": "#!/bin/sh\n:\n" });
  assert.notEqual(of(content, edited), of(content, one));
});

test("the pins of both builders are in it", (t) => {
  const inputs = deployFingerprintInputs(content, project(t, hook));
  assert.deepEqual("builder" in inputs ? Object.keys(inputs.builder) : [], [
    "diskimage-builder",
    "ironic-python-agent-builder",
  ]);
});

test("a download is its pins: no builder, no hooks", (t) => {
  const download = { kind: "deploy-download", architecture: "arm64", kernelSha256: a, initramfsSha256: b } as const;
  const directory = project(t, {});
  assert.deepEqual(deployFingerprintInputs(download, directory), { ...download, fingerprintVersion: 1 });
  assert.notEqual(of({ ...download, initramfsSha256: a }, directory), of(download, directory));
  assert.notEqual(
    of({ kind: "deploy-download", architecture: "arm64", tarballSha256: a }, directory),
    of(download, directory),
  );
});
