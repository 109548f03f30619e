import assert from "node:assert/strict";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { door } from "../../../providers/door.ts";
import { startDynamicProvider, type DynamicProvider } from "../../support/dynamic-provider.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const content = {
  name: "my-recipe",
  kind: "partition",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: ["mine"],
  packages: ["lldpd"],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
  __provider: door("disk-image"),
};

async function providerIn(t: TestContext): Promise<{ project: string; provider: DynamicProvider }> {
  const project = temporaryDirectory(t);
  for (const folder of ["core", "providers"])
    await cp(path.join(repository, folder), path.join(project, folder), { recursive: true });
  await cp(path.join(repository, "package.json"), path.join(project, "package.json"));
  await symlink(path.join(repository, "node_modules"), path.join(project, "node_modules"));
  await mkdir(path.join(project, "elements/mine/install.d"), { recursive: true });
  await writeFile(path.join(project, "elements/mine/install.d/10-mine"), "#!/bin/sh\n", { mode: 0o755 });
  const provider = await startDynamicProvider({}, project);
  t.after(provider.stop);
  return { project, provider };
}

test("through its real door: check computes fingerprint, parts and paths, and an element's change shows in its digest", async (t) => {
  const { project, provider } = await providerIn(t);
  const first = await provider.check(content);
  assert.deepEqual(first.failures, []);
  const { fingerprint, imagePath, kernelPath, ramdiskPath, elementDigests, command, builder } = first.inputs as Record<
    string,
    string
  >;
  assert.match(String(fingerprint), /^[0-9a-f]{64}$/);
  const directory = `.images/artifacts/my-recipe-${String(fingerprint).slice(0, 12)}`;
  assert.deepEqual(
    [imagePath, kernelPath, ramdiskPath],
    ["qcow2", "vmlinuz", "initrd"].map((ending) => `${directory}/my-recipe.${ending}`),
  );
  assert.deepEqual(Object.keys(elementDigests ?? {}), ["mine"]);
  assert.deepEqual(command?.slice(0, 5), ["disk-image-create", "debian-minimal", "baremetal", "mine", "grub2"]);
  assert.ok("diskimage-builder" in Object(builder));
  assert.ok(!JSON.stringify(first.inputs).includes(project), "no path of this machine is an input");

  await writeFile(path.join(project, "elements/mine/install.d/10-mine"), "#!/bin/sh\n:\n", { mode: 0o755 });
  // For half a second a look at elements counts for all images.
  await sleep(600);
  const second = await provider.check(content);
  const changed = Object.keys(second.inputs).filter(
    (key) => JSON.stringify(second.inputs[key]) !== JSON.stringify(first.inputs[key]),
  );
  assert.deepEqual(changed.sort(), ["elementDigests", "fingerprint", "imagePath", "kernelPath", "ramdiskPath"]);
});

test("through its real door: check refuses what the program would have refused, property by property", async (t) => {
  const { provider } = await providerIn(t);
  const { failures } = await provider.check({ ...content, elements: ["mine", "no-such-element"], packages: ["-x"] });
  assert.deepEqual(failures.map(({ property }) => property).sort(), ["elements[1]", "packages[0]"]);
});

test("through its real door: an update keeps what was built", async (t) => {
  const { provider } = await providerIn(t);
  const outputs = await provider.update("b", { ...content, buildId: "b" }, content);
  assert.equal(outputs["buildId"], "b");
});
