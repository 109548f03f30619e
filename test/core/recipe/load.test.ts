import assert from "node:assert/strict";
import { test } from "node:test";
import { loadRecipe, loadStack } from "../../../core/recipe/load.ts";
import { mistakesOf, project } from "./project.ts";

const partition = "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n";
const wholeDisk = "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\nfirmware: bios\n";
const files = { "recipes/small.yaml": partition, "recipes/disk.yaml": wholeDisk };

test("a small stack comes out with all defaults resolved", async (t) => {
  const projectDirectory = project(t, files);
  const config = { userImages: { "my-image": { recipe: "small" }, "my-disk": { recipe: "disk", name: "disk-12" } } };
  const stack = await loadStack({ projectDirectory, stack: "prod", config });
  const common = {
    distribution: "debian-minimal",
    release: "bookworm",
    architecture: "amd64",
    elements: ["dhcp-all-interfaces"],
    packages: [],
    diskFormat: "qcow2",
    compression: "zstd",
    environment: {},
  };
  assert.deepEqual(stack, {
    build: { timeoutMinutes: 120 },
    secrets: {},
    preflight: { isOn: true, publicRoles: ["admin"] },
    warnings: [],
    deployImages: [],
    userImages: [
      {
        key: "my-image",
        name: "my-image",
        kernelName: "my-image.vmlinuz",
        ramdiskName: "my-image.initrd",
        recipe: "small",
        content: { kind: "partition", ...common, bootloader: "grub2" },
        visibility: "private",
        keepPrevious: false,
        properties: {},
        maxVirtualSizeGiB: 100,
        allowLuks: false,
      },
      {
        key: "my-disk",
        name: "disk-12",
        recipe: "disk",
        content: { kind: "whole-disk", ...common, firmware: "bios" },
        visibility: "private",
        keepPrevious: false,
        properties: {},
        maxVirtualSizeGiB: 100,
        allowLuks: false,
      },
    ],
  });
});

test("a stack without images is valid", async (t) => {
  const stack = await loadStack({ projectDirectory: project(t, {}), stack: "prod", config: {} });
  const preflight = { isOn: true, publicRoles: ["admin"] };
  assert.deepEqual(stack, {
    userImages: [],
    deployImages: [],
    secrets: {},
    build: { timeoutMinutes: 120 },
    preflight,
    warnings: [],
  });
});

for (const [given, isOn] of [
  ["on", true],
  ["off", false],
  [true, true],
  [false, false],
] as const) {
  test(`preflight: ${JSON.stringify(given)} turns it ${isOn ? "on" : "off"}`, async (t) => {
    const config = { preflight: given, publicRoles: ["publisher"] };
    const { preflight } = await loadStack({ projectDirectory: project(t, {}), stack: "prod", config });
    assert.deepEqual(preflight, { isOn, publicRoles: ["publisher"] });
  });
}

for (const given of ["OFF", "no", "false", "", 0, null, [], {}]) {
  test(`preflight: ${JSON.stringify(given)} is refused, and the message has what it can be`, async (t) => {
    const source = { projectDirectory: project(t, {}), stack: "prod", config: { preflight: given } };
    assert.deepEqual(await mistakesOf(() => loadStack(source)), [
      `stacks/Pulumi.prod.yaml:preflight: must be on or off, not ${JSON.stringify(given)}`,
    ]);
  });
}

for (const [title, publicRoles, mistake] of [
  ["no role", [], "publicRoles: is empty: give at least one, or leave it out"],
  ["a role without a name", ["admin", ""], "publicRoles[1]: is empty: give text, or leave it out"],
] as const) {
  test(`publicRoles with ${title} is refused, and the message has what to do`, async (t) => {
    const source = { projectDirectory: project(t, {}), stack: "prod", config: { publicRoles } };
    assert.deepEqual(await mistakesOf(() => loadStack(source)), [`stacks/Pulumi.prod.yaml:${mistake}`]);
  });
}

test("a preflight of another kind, and roles that are none, are refused by their keys", async (t) => {
  const config = { preflight: "maybe", publicRoles: "admin" };
  const mistakes = await mistakesOf(() => loadStack({ projectDirectory: project(t, {}), stack: "prod", config }));
  assert.deepEqual(
    mistakes.map((mistake) => mistake.split(": ")[0]),
    ["stacks/Pulumi.prod.yaml:preflight", "stacks/Pulumi.prod.yaml:publicRoles"],
  );
});

test("overrides replace content fields, and cloud fields of the stack win over those of the recipe", async (t) => {
  const projectDirectory = project(t, {
    "recipes/small.yaml": `${partition}packages: [vim]\nminDiskGiB: 5\nminRamMiB: 512\nmaxVirtualSizeGiB: 7\nallowLuks: true\nproperties: { os_distro: debian, os_version: "11" }\n`,
  });
  const entry = {
    recipe: "small",
    visibility: "public",
    minDiskGiB: 8,
    maxVirtualSizeGiB: 9,
    properties: { os_version: "12" },
    overrides: { release: "trixie", packages: ["lldpd"], diskFormat: "raw", environment: { DIB_DHCP_TIMEOUT: "60" } },
  };
  const { userImages } = await loadStack({
    projectDirectory,
    stack: "prod",
    config: { userImages: { i: entry }, build: { slots: 3, timeoutMinutes: 30 } },
  });
  const [image] = userImages;
  assert.deepEqual(image?.properties, { os_distro: "debian", os_version: "12" });
  assert.deepEqual([image?.minDiskGiB, image?.minRamMiB, image?.visibility], [8, 512, "public"]);
  assert.deepEqual([image?.maxVirtualSizeGiB, image?.allowLuks], [9, true]);
  assert.equal(image?.content.release, "trixie");
  assert.deepEqual(image?.content.packages, ["lldpd"]);
  assert.equal(image?.content.compression, undefined);
  assert.deepEqual(image?.content.environment, { DIB_DHCP_TIMEOUT: "60" });
});

test("of a pinned base image the pin is content, the address is not", async (t) => {
  const sha256 = "a".repeat(64);
  const text = (base: string) => `kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: ${base}\n`;
  const projectDirectory = project(t, {
    "recipes/pinned.yaml": text(`{ url: "http://127.0.0.1:8080/base.squashfs", sha256: "${sha256}" }`),
    "recipes/unpinned.yaml": text(`{ url: "https://example.org/base.squashfs?build=1", unpinned: true }`),
  });
  const pinned = loadRecipe(projectDirectory, "pinned");
  assert.deepEqual(pinned.content.baseImage, { sha256 });
  assert.equal(pinned.baseImageUrl, "http://127.0.0.1:8080/base.squashfs");
  const unpinned = loadRecipe(projectDirectory, "unpinned");
  assert.deepEqual(unpinned.content.baseImage, { url: "https://example.org/base.squashfs?build=1", unpinned: true });
  assert.equal(unpinned.baseImageUrl, undefined);
  assert.match(
    unpinned.warnings.join("\n"),
    /^recipes\/unpinned\.yaml:baseImage\.unpinned: the file at this address may change/,
  );
});

test("a partition image without boot loader is allowed, with the reason against it", async (t) => {
  const projectDirectory = project(t, { "recipes/small.yaml": `${partition}bootloader: none\n` });
  const { warnings } = await loadStack({
    projectDirectory,
    stack: "prod",
    config: { userImages: { a: { recipe: "small" }, b: { recipe: "small" } } },
  });
  assert.deepEqual(warnings, [
    "recipes/small.yaml:bootloader: none: Ironic no longer boots instances over the network, so a node with this image does not start from its disk",
  ]);
});

test("a recipe loads alone, and one that is not there is refused with those that are", async (t) => {
  const projectDirectory = project(t, files);
  assert.equal(loadRecipe(projectDirectory, "disk").content.firmware, "bios");
  assert.throws(() => loadRecipe(projectDirectory, "nothing"), {
    code: "invalid-config",
    summary: "recipe nothing: there is no recipes/nothing.yaml, there are disk, small",
  });
});
