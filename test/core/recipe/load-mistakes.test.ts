import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execaSync } from "execa";
import { loadStack } from "../../../core/recipe/load.ts";
import { mistakesOf, project } from "./project.ts";

const partition = "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n";
const wholeDisk = "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\nfirmware: bios\n";
const files = { "recipes/small.yaml": partition, "recipes/disk.yaml": wholeDisk };

test("eight mistakes in four files come as one message, a line each", async (t) => {
  const projectDirectory = project(t, {
    "recipes/typo.yaml":
      "kind: partition\ndistribution: debian-minimal\nrelase: bookworm\nelements: [dhcp-all-interface]\n",
    "recipes/disk.yaml": `${wholeDisk}bootloader: grub2\nproperties:\n  kernel_id: 1b5f2f6e-0000-4000-8000-000000000000\n`,
    "recipes/broken.yaml": "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\npackages: [vim\n",
  });
  const config = {
    userImages: {
      a: { recipe: "typo" },
      b: { recipe: "disk", visibility: "everybody" },
      c: { recipe: "broken", name: "my image" },
    },
  };
  const error = await loadStack({ projectDirectory, stack: "prod", config }).catch(
    (reason: unknown) => reason as Error,
  );
  assert.equal(
    (error as Error).message,
    `8 mistakes in stack config and recipes, nothing was done:
recipes/typo.yaml:release: is required: give text
recipes/typo.yaml:relase: unknown key, did you mean release?
recipes/typo.yaml:elements[0]: unknown element dhcp-all-interface: neither in elements/ nor in diskimage-builder 3.43.0, did you mean dhcp-all-interfaces?
recipes/disk.yaml:properties.kernel_id: this program sets it on partition images, and a whole-disk image with it would be taken for a partition image: leave it out
recipes/disk.yaml:bootloader: is for partition images: a whole-disk image always has GRUB, leave the key out
recipes/broken.yaml:5: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
stacks/Pulumi.prod.yaml:userImages.b.visibility: must be one of private, shared, community, public, not "everybody"
stacks/Pulumi.prod.yaml:userImages.c.name: "my image" must be letters, digits and . _ + - without spaces, must not start with - or . and not contain ..`,
  );
});

const stackTable: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    "a mistyped key of the namespace",
    { userImage: {} },
    /^stacks\/Pulumi\.prod\.yaml:userImage: unknown key, did you mean userImages\?$/,
  ],
  ["images as a list", { userImages: [] }, /:userImages: must be a mapping/],
  ["an entry without recipe", { userImages: { a: {} } }, /:userImages\.a\.recipe: is required/],
  ["an entry that is text", { userImages: { a: "small" } }, /:userImages\.a: must be a mapping, not "small"$/],
  [
    "a recipe that is not there",
    { userImages: { a: { recipe: "big" } } },
    /:userImages\.a\.recipe: there is no recipes\/big\.yaml, there are disk, small$/,
  ],
  [
    "a recipe that is nearly there",
    { userImages: { a: { recipe: "smal" } } },
    /there is no recipes\/smal\.yaml, did you mean small\?$/,
  ],
  [
    "a recipe outside",
    { userImages: { a: { recipe: "../small" } } },
    /:userImages\.a\.recipe: "\.\.\/small" must be letters/,
  ],
  ["a key with a space", { userImages: { "a b": { recipe: "small" } } }, /:userImages\["a b"\]: the key "a b" must be/],
  [
    "an unknown key",
    { userImages: { a: { recipe: "small", visiblity: "public" } } },
    /:userImages\.a\.visiblity: unknown key, did you mean visibility\?$/,
  ],
  [
    "a visibility of its own",
    { userImages: { a: { recipe: "small", visibility: "all" } } },
    /:userImages\.a\.visibility: must be one of private, shared, community, public, not "all"$/,
  ],
  [
    "members of an image that is not shared",
    { userImages: { a: { recipe: "small", visibility: "public", members: ["0".repeat(32)] } } },
    /:userImages\.a\.members: are of shared images, and these are public: say visibility: shared/,
  ],
  [
    "a member by name",
    { userImages: { a: { recipe: "small", visibility: "shared", members: ["ironic"] } } },
    /:userImages\.a\.members\[0\]: "ironic" must be the id of a project/,
  ],
  [
    "a member with dashes",
    { userImages: { a: { recipe: "small", visibility: "shared", members: ["00000000-0000-0000-0000-000000000000"] } } },
    /:userImages\.a\.members\[0\]: "0{8}-\S+" must be the id of a project .* without dashes: openstack project show/,
  ],
  [
    "a member twice, once in capitals",
    { userImages: { a: { recipe: "small", visibility: "shared", members: ["f".repeat(32), "F".repeat(32)] } } },
    /:userImages\.a\.members\[1\]: F{32} stands here twice/,
  ],
  [
    "a member twice",
    { userImages: { a: { recipe: "small", visibility: "shared", members: ["0".repeat(32), "0".repeat(32)] } } },
    /:userImages\.a\.members\[1\]: 0{32} stands here twice/,
  ],
  [
    "a hidden kernel of a whole-disk image",
    { userImages: { a: { recipe: "disk", hideKernelAndRamdisk: true } } },
    /:userImages\.a\.hideKernelAndRamdisk: is for partition images/,
  ],
  [
    "a kind in overrides",
    { userImages: { a: { recipe: "small", overrides: { kind: "whole-disk" } } } },
    /:userImages\.a\.overrides\.kind: unknown key/,
  ],
  [
    "a cloud field in overrides",
    { userImages: { a: { recipe: "small", overrides: { minDiskGiB: 1 } } } },
    /:userImages\.a\.overrides\.minDiskGiB: unknown key/,
  ],
  [
    "a bad override",
    { userImages: { a: { recipe: "small", overrides: { release: "a;b" } } } },
    /:userImages\.a\.overrides\.release: "a;b" must be/,
  ],
  [
    "an override that contradicts the kind",
    { userImages: { a: { recipe: "small", overrides: { firmware: "uefi" } } } },
    /:userImages\.a\.overrides\.firmware: is for whole-disk images/,
  ],
  [
    "an override to an unknown element",
    { userImages: { a: { recipe: "small", overrides: { elements: ["nope"] } } } },
    /:userImages\.a\.overrides\.elements\[0\]: unknown element nope/,
  ],
  [
    "an override that contradicts another field",
    { userImages: { a: { recipe: "disk", overrides: { architecture: "arm64" } } } },
    /:userImages\.a\.overrides: with recipe disk, firmware: arm64 has no BIOS/,
  ],
  [
    "a kernel name of a whole-disk image",
    { userImages: { a: { recipe: "disk", kernelName: "k" } } },
    /:userImages\.a\.kernelName: is for partition images/,
  ],
  [
    "a name too long for its kernel's",
    { userImages: { a: { recipe: "small", name: "n".repeat(248) } } },
    /:userImages\.a\.kernelName: the default has 256 characters, at most 255/,
  ],
  [
    "two images of one name",
    { userImages: { a: { recipe: "small" }, b: { recipe: "disk", name: "a" } } },
    /:userImages\.b\.name: a is the Glance name of userImages\.a\.name too/,
  ],
  [
    "an image with the name of another's kernel",
    { userImages: { a: { recipe: "small" }, b: { recipe: "disk", name: "a.vmlinuz" } } },
    /:userImages\.b\.name: a\.vmlinuz is the Glance name of userImages\.a\.kernelName too/,
  ],
  [
    "a ramdisk with the kernel's name",
    { userImages: { a: { recipe: "small", ramdiskName: "a.vmlinuz" } } },
    /:userImages\.a\.ramdiskName: a\.vmlinuz is the Glance name/,
  ],
  [
    "half a GiB",
    { userImages: { a: { recipe: "small", minDiskGiB: 0.5 } } },
    /:userImages\.a\.minDiskGiB: must be a whole number, not 0\.5$/,
  ],
  [
    "less than nothing",
    { userImages: { a: { recipe: "small", minRamMiB: -1 } } },
    /:userImages\.a\.minRamMiB: must be at least 1, not -1$/,
  ],
  ["no build slot", { build: { slots: 0 } }, /:build\.slots: must be at least 1, not 0$/],
  [
    "a mirror for a root shell",
    { build: { mirrors: { mirror: "http://m/$(id)" } } },
    /:build\.mirrors\.mirror: "http:\/\/m\/\$\(id\)" must be an http or https address/,
  ],
  [
    "a proxy for a root shell",
    { build: { proxy: { http: "http://p:3128/; id" } } },
    /:build\.proxy\.http: .* must be an http or https address/,
  ],
  ["an unknown build setting", { build: { slot: 1 } }, /:build\.slot: unknown key, did you mean slots\?$/],
];

for (const [what, config, expected] of stackTable) {
  test(`a stack is refused for ${what}`, async (t) => {
    const projectDirectory = project(t, files);
    const mistakes = await mistakesOf(() => loadStack({ projectDirectory, stack: "prod", config }));
    assert.equal(mistakes.length, 1, mistakes.join("\n"));
    assert.match(mistakes[0] ?? "", expected);
  });
}

for (const name of ["a b", "a;b", "$(id)", "../a", "-rf", "a\nb", "", "ä", "a/b", "n".repeat(256)]) {
  test(`the Glance name ${JSON.stringify(name).slice(0, 20)} is refused for image, kernel and ramdisk`, async (t) => {
    const projectDirectory = project(t, files);
    for (const field of ["name", "kernelName", "ramdiskName"]) {
      const mistakes = await mistakesOf(() =>
        loadStack({
          projectDirectory,
          stack: "prod",
          config: { userImages: { a: { recipe: "small", [field]: name } } },
        }),
      );
      assert.equal(mistakes.length, 1, mistakes.join("\n"));
      assert.ok(mistakes[0]?.startsWith(`stacks/Pulumi.prod.yaml:userImages.a.${field}: `), mistakes[0]);
    }
  });
}

test("a value that is no text hides no other mistake in the same map", async (t) => {
  const projectDirectory = project(t, {
    "recipes/small.yaml": `${partition}environment: { DIB_GRUB_TIMEOUT: 5, DIB_RELEASE: trixie }\nproperties: { os_version: 12, owner: me }\n`,
  });
  const mistakes = await mistakesOf(() =>
    loadStack({ projectDirectory, stack: "prod", config: { userImages: { a: { recipe: "small" } } } }),
  );
  assert.deepEqual(mistakes.map((line) => line.split(": ")[0]).sort(), [
    "recipes/small.yaml:environment.DIB_GRUB_TIMEOUT",
    "recipes/small.yaml:environment.DIB_RELEASE",
    "recipes/small.yaml:properties.os_version",
    "recipes/small.yaml:properties.owner",
  ]);
});

const unreadable: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ["a directory", (file) => mkdirSync(file), /cannot be read: it is no file/],
  ["a link out of the project", (file) => symlinkSync("/etc/passwd", file), /is a link out of the project/],
  ["a FIFO", (file) => execaSync("mkfifo", [file]), /cannot be read: it is no file/],
  ["more than a MiB", (file) => writeFileSync(file, "#".repeat(2 ** 20 + 1)), /has 1048577 bytes/],
  [
    "nested without end",
    (file) => writeFileSync(file, `${partition}properties: ${"[".repeat(10_000)}`),
    /not valid YAML: |properties: must be a mapping/,
  ],
  [
    "a billion laughs",
    (file) =>
      writeFileSync(
        file,
        `${partition}properties:\n  a0: &a0 [x]\n${Array.from({ length: 30 }, (_, at) => `  a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join("")}`,
      ),
    /not valid YAML: Excessive alias count/,
  ],
  [
    "what a terminal would act on",
    (file) => writeFileSync(file, `${partition}revision: *\u202egnp\n`),
    /not valid YAML: Unresolved alias .*: \\u202egnp$/,
  ],
  ["a link to nothing", (file) => symlinkSync("nowhere", file), /cannot be read: ENOENT/],
  [
    "an alias of what holds it",
    (file) => writeFileSync(file, `${partition}properties: &p\n  a: *p\n`),
    /an alias leads back into what holds it/,
  ],
];

for (const [what, make, expected] of unreadable) {
  test(`a recipe that is ${what} is a mistake among others`, async (t) => {
    const projectDirectory = project(t, { "recipes/other.yaml": `${partition}relase: x\n` });
    make(join(projectDirectory, "recipes/small.yaml"));
    const config = { userImages: { a: { recipe: "small" }, b: { recipe: "other" } } };
    const mistakes = await mistakesOf(() => loadStack({ projectDirectory, stack: "prod", config }));
    assert.equal(mistakes.length, 2, mistakes.join("\n"));
    assert.match(mistakes[0] ?? "", /^recipes\/small\.yaml:\d+: /);
    assert.match(mistakes[0] ?? "", expected);
  });
}

test("a value of the stack that is nested without end is a mistake as any other", async (t) => {
  const deep = JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown;
  const config = { userImages: { a: { recipe: "small", name: deep, overrides: deep } }, build: deep };
  const mistakes = await mistakesOf(() => loadStack({ projectDirectory: project(t, files), stack: "prod", config }));
  assert.deepEqual(mistakes.map((line) => line.split(": ")[0]).sort(), [
    "stacks/Pulumi.prod.yaml:build",
    "stacks/Pulumi.prod.yaml:userImages.a.name",
    "stacks/Pulumi.prod.yaml:userImages.a.overrides",
  ]);
});
