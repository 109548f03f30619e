import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { test } from "node:test";
import { loadRecipe } from "../../../core/recipe/load.ts";
import { mistakesOf, project } from "./project.ts";

const head = "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n";
const disk = "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\nfirmware: uefi\n";
const sha256 = "0".repeat(64);

// prettier-ignore
const table: readonly (readonly [string, string, RegExp])[] = [
  ["an unknown key", `${head}element: []\n`, /^recipes\/x\.yaml:element: unknown key, did you mean elements\?$/],
  ["a key like no other", `${head}zzzzzz: []\n`, /:zzzzzz: unknown key, known are kind, distribution, release, /],
  ["no release", "kind: partition\ndistribution: debian-minimal\n", /:release: is required: give text$/],
  ["no kind, although an element suggests one", "distribution: debian-minimal\nrelease: bookworm\nfirmware: uefi\n", /:kind: is required: one of partition, whole-disk$/],
  ["a release that YAML takes for a number", "kind: partition\ndistribution: debian-minimal\nrelease: 13\n", /:release: must be text, and 13 is a number: write it in quotes$/],
  ["a release for a root shell", 'kind: partition\ndistribution: debian-minimal\nrelease: "bookworm; id"\n', /:release: "bookworm; id" must be the name of a release/],
  ["a release that is an option", "kind: partition\ndistribution: debian-minimal\nrelease: --help\n", /:release: "--help" must be/],
  ["a release with a path", "kind: partition\ndistribution: debian-minimal\nrelease: a/../b\n", /:release: "a\/\.\.\/b" must be/],
  ["an unknown element", `${head}elements: [dhcp-all-interfaces, no-such-thing]\n`, /:elements\[1\]: unknown element no-such-thing: neither in elements\/ nor in diskimage-builder/],
  ["an unknown distribution", "kind: partition\ndistribution: debain\nrelease: x\n", /:distribution: unknown element debain: .*, did you mean debian\?$/],
  ["a distribution that is none", "kind: partition\ndistribution: dkms\nrelease: x\n", /:distribution: dkms is no operating system/],
  ["an element for a shell", `${head}elements: ["a;touch pwn"]\n`, /:elements\[0\]: "a;touch pwn" must be the name of an element/],
  ["an element that is a path", `${head}elements: [../../etc]\n`, /:elements\[0\]: "\.\.\/\.\.\/etc" must be/],
  ["an element that is an option", `${head}elements: ["-x"]\n`, /:elements\[0\]: "-x" must be/],
  ["an element with a newline", `${head}elements: ["vm\\n"]\n`, /:elements\[0\]: "vm\\n" must be/],
  ["one element twice", `${head}elements: [dkms, dkms]\n`, /:elements\[1\]: dkms stands here twice/],
  ["the element baremetal", `${head}elements: [baremetal]\n`, /:elements\[0\]: baremetal follows from kind: partition: say that/],
  ["the element vm", `${disk}elements: [vm]\n`, /:elements\[0\]: vm follows from kind: whole-disk: say that/],
  ["the element grub2", `${head}elements: [grub2]\n`, /:elements\[0\]: grub2 follows from bootloader: grub2: say that/],
  ["the element block-device-mbr", `${disk}elements: [block-device-mbr]\n`, /:elements\[0\]: block-device-mbr follows from firmware: uefi or bios/],
  ["a second distribution", `${head}elements: [ubuntu]\n`, /:elements\[0\]: ubuntu is a distribution of its own, and this image has debian-minimal already/],
  ["an element of the builder that needs one that is gone", `${head}elements: [growvols, deploy-kexec]\n`, /:elements\[1\]: element deploy-kexec needs "deploy", which is neither/],
  ["a package for a root shell", `${head}packages: [vim, "$(id)"]\n`, /:packages\[1\]: "\$\(id\)" must be the name of one package/],
  ["a package that is an option", `${head}packages: [--reinstall]\n`, /:packages\[0\]: "--reinstall" must be/],
  ["two packages in one", `${head}packages: ["vim,nano"]\n`, /:packages\[0\]: "vim,nano" must be/],
  ["packages as text", `${head}packages: vim\n`, /:packages: must be a list, not "vim"$/],
  ["nothing after a key", `${head}packages:\n`, /:packages: is empty: give a list, or leave the key out$/],
  ["firmware of a partition image", `${head}firmware: uefi\n`, /:firmware: is for whole-disk images/],
  ["a whole-disk image without firmware", "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\n", /:firmware: is required for a whole-disk image/],
  ["a whole-disk image with a boot loader", `${disk}bootloader: none\n`, /:bootloader: is for partition images/],
  ["BIOS on arm64", disk.replace("uefi", "bios") + "architecture: arm64\n", /:firmware: arm64 has no BIOS/],
  ["a raw image with compression", `${head}diskFormat: raw\ncompression: zlib\n`, /:compression: a raw image is not compressed/],
  ["a format that is none", `${head}diskFormat: vmdk\n`, /:diskFormat: must be one of qcow2, raw, not "vmdk"$/],
  ["a base image without pin", "kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { url: https://example.org/a }\n", /:baseImage: is not pinned: give its sha256, or say unpinned: true/],
  ["a base image both pinned and not", `kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { url: https://example.org/a, sha256: "${sha256}", unpinned: true }\n`, /:baseImage\.unpinned: contradicts sha256/],
  ["a base image that is not unpinned", "kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { url: https://example.org/a, unpinned: false }\n", /:baseImage\.unpinned: must be one of true, not false$/],
  ["a base image without address", `kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { sha256: "${sha256}" }\n`, /:baseImage\.url: is required/],
  ["a base image on this machine", `kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { url: "file:///etc/shadow", sha256: "${sha256}" }\n`, /:baseImage\.url: .* must be an http or https address/],
  ["a short sha256", "kind: partition\ndistribution: ubuntu\nrelease: noble\nbaseImage: { url: https://example.org/a, sha256: abc }\n", /:baseImage\.sha256: "abc" must be a sha256/],
  ["a base image that the distribution would ignore", `${head}baseImage: { url: https://example.org/a, sha256: "${sha256}" }\n`, /:baseImage: the element debian-minimal starts from packages and would ignore it/],
  ["sources for a shell", `${head}sources: { mirror: "http://m/debian'" }\n`, /:sources\.mirror: .* must be an http or https address/],
  ["empty sources", `${head}sources: {}\n`, /:sources: is empty: give mirror, security or both/],
  ["a variable of the program", `${head}environment: { DIB_RELEASE: sid }\n`, /:environment\.DIB_RELEASE: this variable is not allowed: say `release`$/],
  ["a mirror as a variable", `${head}environment: { DIB_DISTRIBUTION_MIRROR: "http://m" }\n`, /:environment\.DIB_DISTRIBUTION_MIRROR: this variable is not allowed: say `sources`/],
  ["a path of the host", `${head}environment: { DIB_LOCAL_IMAGE: /tmp/x }\n`, /:environment\.DIB_LOCAL_IMAGE: this variable is not allowed: say `baseImage`$/],
  ["a secret", `${head}environment: { DIB_DEV_USER_PASSWORD: hunter2 }\n`, /:environment\.DIB_DEV_USER_PASSWORD: this variable is not allowed: secrets end up in the image/],
  ["a variable of the shell", `${head}environment: { LD_PRELOAD: x }\n`, /:environment\.LD_PRELOAD: this variable is not allowed/],
  ["a name of JavaScript", `${head}environment: { constructor: x }\n`, /:environment\.constructor: this variable is not allowed/],
  ["a number as a variable's value", `${head}environment: { DIB_DHCP_TIMEOUT: 30 }\n`, /:environment\.DIB_DHCP_TIMEOUT: must be text, and 30 is a number: write it in quotes$/],
  ["apt without signatures", `${head}environment: { DIB_DEBOOTSTRAP_EXTRA_ARGS: "--no-check-gpg" }\n`, /:environment\.DIB_DEBOOTSTRAP_EXTRA_ARGS: "--no-check-gpg" must be --include/],
  ["a second argument for debootstrap", `${head}environment: { DIB_DEBIAN_COMPONENTS: "main --foreign" }\n`, /:environment\.DIB_DEBIAN_COMPONENTS: "main --foreign" must be words joined by commas$/],
  ["a repository of the host", `${head}environment: { DIB_REPOLOCATION_x: "file:///etc" }\n`, /:environment\.DIB_REPOLOCATION_x: .* must be an https address/],
  ["a family's name that is more than a name", `${head}environment: { "DIB_REPOREF_x y": main }\n`, /:environment\["DIB_REPOREF_x y"\]: this variable is not allowed/],
  ["a property of the program", `${head}properties: { img_type: partition }\n`, /:properties\.img_type: this program sets it: leave it out$/],
  ["a property in the program's name", `${head}properties: { ironic_images_build: x }\n`, /:properties\.ironic_images_build: this program sets it/],
  ["a kernel of a partition image", `${head}properties: { kernel_id: x }\n`, /:properties\.kernel_id: this program sets it on partition images/],
  ["a ramdisk of a whole-disk image", `${disk}properties: { ramdisk_id: x }\n`, /:properties\.ramdisk_id: .*a whole-disk image with it would be taken for a partition image/],
  ["a property that Glance keeps", `${head}properties: { os_glance_importing_to_stores: x }\n`, /:properties\.os_glance_importing_to_stores: Glance keeps names/],
  ["a property that is an attribute", `${head}properties: { owner: me }\n`, /:properties\.owner: is an attribute of every image in Glance/],
  ["a property without name", `${head}properties: { "": x }\n`, /:properties\[""\]: a property's name has 1 to 255 characters, this one 0$/],
  ["a property with a long name", `${head}properties: { ${"p".repeat(256)}: x }\n`, /a property's name has 1 to 255 characters, this one 256$/],
  ["a property with a space in its name", `${head}properties: { "a b": x }\n`, /:properties\["a b"\]: a property's name is letters, digits/],
  ["a property with a number", `${head}properties: { os_version: 12 }\n`, /:properties\.os_version: must be text, and 12 is a number: write it in quotes$/],
  ["a property with a newline", `${head}properties: { a: "x\\ny" }\n`, /:properties\.a: "x\\ny" has characters that Glance may refuse/],
  ["a revision that YAML takes for a number", `${head}revision: 7\n`, /:revision: must be text, and 7 is a number/],
  ["half a GiB", `${head}minDiskGiB: 1.5\n`, /:minDiskGiB: must be a whole number, not 1\.5$/],
  ["a list", "- kind: partition\n", /^recipes\/x\.yaml:1: must hold a mapping/],
  ["nothing", "", /^recipes\/x\.yaml:1: must hold a mapping/],
  ["a key that stands twice", `${head}release: trixie\n`, /^recipes\/x\.yaml:4: a key stands here twice: leave one out$/],
  ["YAML that does not parse", `${head}elements: "open\n`, /^recipes\/x\.yaml:\d+: not valid YAML: Missing closing "quote$/],
  ["a tag that YAML does not define", `${head}revision: !secret x\n`, /^recipes\/x\.yaml:4: not valid YAML: Unresolved tag: !secret$/],
];

for (const [what, text, expected] of table) {
  test(`a recipe is refused for ${what}`, async (t) => {
    const mistakes = await mistakesOf(() => loadRecipe(project(t, { "recipes/x.yaml": text }), "x"));
    assert.equal(mistakes.length, 1, mistakes.join("\n"));
    assert.match(mistakes[0] ?? "", expected);
  });
}

const unsafe = ["a'b", 'a"b', "a$b", "a`b", "a;b", "a\nb", "a&b", "a|b", "a>b", "a\\b", "a(b", "a{b"];

for (const name of [
  "DIB_BOOTLOADER_DEFAULT_CMDLINE",
  "DIB_GROWVOLS_ARGS",
  "DIB_DEBIAN_COMPONENTS",
  "DIB_BAREMETAL_KERNEL_PATTERN",
  "DIB_REPOREF_x",
  "DIB_UBUNTU_KERNEL",
]) {
  test(`${name} is refused with anything that a shell would read`, async (t) => {
    for (const value of unsafe) {
      const projectDirectory = project(t, {
        "recipes/x.yaml": `${head}environment: { ${name}: ${JSON.stringify(value)} }\n`,
      });
      const mistakes = await mistakesOf(() => loadRecipe(projectDirectory, "x"));
      assert.equal(mistakes.length, 1, mistakes.join("\n"));
      assert.match(mistakes[0] ?? "", new RegExp(`environment\\.${name}: .* must be`));
    }
  });
}

test("an element of the project that needs what nobody has is refused by its own name", async (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": `${head}elements: [mine]\n`,
    "elements/mine/element-deps": "dkms\nother\n",
    "elements/other/element-deps": "vanished\n",
  });
  assert.deepEqual(await mistakesOf(() => loadRecipe(projectDirectory, "x")), [
    'recipes/x.yaml:elements: element other needs "vanished", which is neither in elements/ nor in diskimage-builder 3.43.0',
  ]);
});

test("an element that needs a partitioned disk is refused in a partition image, and taken in a whole-disk image", async (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": `${head}elements: [mine]\n`,
    "recipes/y.yaml": `${disk}elements: [mine]\n`,
    "elements/mine/element-deps": "block-device\n",
  });
  assert.deepEqual(await mistakesOf(() => loadRecipe(projectDirectory, "x")), [
    "recipes/x.yaml:elements[0]: mine needs a partitioned disk, which a partition image does not have: say kind: whole-disk, or leave it out",
  ]);
  assert.deepEqual(loadRecipe(projectDirectory, "y").content.elements, ["mine"]);
});

test("an element of the project that everybody may write is refused before anything runs", async (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": `${head}elements: [mine]\n`,
    "elements/mine/install.d/50-mine": "",
  });
  chmodSync(`${projectDirectory}/elements/mine/install.d/50-mine`, 0o666);
  assert.deepEqual(await mistakesOf(() => loadRecipe(projectDirectory, "x")), [
    "recipes/x.yaml:elements[0]: elements/mine/install.d/50-mine: everybody may write it, and the build runs it as root: chmod o-w",
  ]);
});

test("an element of the project can be the distribution", (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": "kind: partition\ndistribution: tiny\nrelease: '1'\nelements: []\n",
    "elements/tiny/element-provides": "operating-system\n",
  });
  assert.equal(loadRecipe(projectDirectory, "x").content.distribution, "tiny");
});

test("every field that a recipe can have is taken", (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": `kind: partition
distribution: ubuntu
release: "24.04"
architecture: arm64
elements: [dhcp-all-interfaces, devuser]
packages: [libc6, g++, "linux-image-6.1", "vim=2:9.0-1~deb12"]
bootloader: grub2
diskFormat: qcow2
compression: zlib
baseImage: { url: "https://user@example.org:8443/a%20b/c.img", sha256: "${sha256}" }
sources: { mirror: "http://[::1]:8080/ubuntu", security: https://example.org }
environment: { DIB_BOOTLOADER_DEFAULT_CMDLINE: "console=ttyS0,115200 ip=10.0.0.1/24", DIB_DEV_USER_SHELL: /bin/bash, DIB_REPOREF_glean: origin/main }
revision: "2026-11-23, any text: $; 'x'"
minDiskGiB: 4
minRamMiB: 1024
properties: { "trait:CUSTOM_GPU": required, os_distro: ubuntu }
`,
  });
  const recipe = loadRecipe(projectDirectory, "x");
  assert.deepEqual(recipe.warnings, []);
  assert.equal(recipe.content.revision, "2026-11-23, any text: $; 'x'");
  assert.equal(recipe.content.compression, "zlib");
});
