import assert from "node:assert/strict";
import { cp, symlink } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { door } from "../../../providers/door.ts";
import { startDynamicProvider, type DynamicProvider } from "../../support/dynamic-provider.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const [a, b] = ["a", "b"].map((letter) => letter.repeat(64)) as [string, string];
const common = { name: "deploy-amd64", architecture: "amd64", __provider: door("deploy-ramdisk") };
const download = { ...common, kind: "deploy-download", kernelSha256: a, initramfsSha256: b };
const build = {
  ...common,
  kind: "deploy-build",
  distribution: "debian-minimal",
  release: "bookworm",
  elements: [],
  packages: [],
  agent: { sha256: a },
  requirements: { gitRef: "stable/2026.1" },
  simpleInit: { unpinned: true },
  compression: "gzip",
  dynamicLogin: false,
  environment: {},
};

async function providerIn(t: TestContext): Promise<{ project: string; provider: DynamicProvider }> {
  const project = temporaryDirectory(t);
  for (const folder of ["core", "providers"])
    await cp(path.join(repository, folder), path.join(project, folder), { recursive: true });
  await cp(path.join(repository, "package.json"), path.join(project, "package.json"));
  await symlink(path.join(repository, "node_modules"), path.join(project, "node_modules"));
  const provider = await startDynamicProvider({}, project);
  t.after(provider.stop);
  return { project, provider };
}

test("through its real door: check computes fingerprint and paths of a build and of a download, without a path of this machine", async (t) => {
  const { project, provider } = await providerIn(t);
  const prints = new Set<unknown>();
  const secret = { ...build, secretEnvironment: ["AGENT_TOKEN"], secretFiles: ["/etc/token"], secretStack: "prod" };
  for (const content of [build, secret, download]) {
    const { inputs, failures } = await provider.check(content);
    assert.deepEqual(failures, []);
    const directory = `.images/artifacts/deploy-amd64-${String(inputs["fingerprint"]).slice(0, 12)}`;
    assert.deepEqual(
      [inputs["kernelPath"], inputs["ramdiskPath"]],
      [`${directory}/deploy-amd64.kernel`, `${directory}/deploy-amd64.initramfs`],
    );
    assert.ok(!JSON.stringify(inputs).includes(project));
    prints.add(inputs["fingerprint"]);
  }
  assert.equal(prints.size, 3);
});

const refused: readonly (readonly [string, object, string])[] = [
  ["a pin of the wrong length", { ...download, kernelSha256: "abc" }, "kernelSha256"],
  ["an unknown architecture", { ...build, architecture: "riscv64" }, "architecture"],
  ["a release that is an option", { ...build, release: "-o" }, "release"],
  [
    "a variable that is not allowed",
    { ...build, environment: { DIB_IPA_COMPRESS_CMD: "sh" } },
    "environment.DIB_IPA_COMPRESS_CMD",
  ],
  ["a compression that is none", { ...build, compression: "rar" }, "compression"],
];

for (const [what, content, property] of refused) {
  test(`through its real door: check refuses ${what}`, async (t) => {
    const { provider } = await providerIn(t);
    const { failures } = await provider.check(content as Record<string, unknown>);
    assert.ok(
      failures.some((failure) => failure.property === property),
      JSON.stringify(failures),
    );
  });
}

test("through its real door: an update keeps what was made", async (t) => {
  const { provider } = await providerIn(t);
  const outputs = await provider.update("b", { ...download, buildId: "b" }, download);
  assert.equal(outputs["buildId"], "b");
});
