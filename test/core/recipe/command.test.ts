import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { diskImageCreateCommand, diskImageCreateEnvironment } from "../../../core/recipe/command.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { loadRecipe, loadStack, recipeNames } from "../../../core/recipe/load.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const options = ["-a", "amd64", "-t", "qcow2", "--no-tmpfs", "--qemu-img-options", "compression_type=zstd"];

// Ironic's documentation, "Create and add images to the Image service", with the firmware's element for whole disks.
const shipped: Readonly<Record<string, readonly [string, string]>> = {
  "ubuntu-partition": ["ubuntu baremetal dhcp-all-interfaces grub2", "resolute"],
  "ubuntu-whole-disk": ["ubuntu vm dhcp-all-interfaces block-device-efi", "resolute"],
  "fedora-partition": ["fedora baremetal dhcp-all-interfaces grub2", "44"],
  "fedora-whole-disk": ["fedora vm dhcp-all-interfaces block-device-efi", "44"],
  "debian-partition": ["debian baremetal dhcp-all-interfaces grub2", "trixie"],
  "debian-whole-disk": ["debian vm dhcp-all-interfaces block-device-efi", "trixie"],
  "debian-minimal-partition": ["debian-minimal baremetal dhcp-all-interfaces enable-serial-console grub2", "bookworm"],
  "debian-minimal-whole-disk": [
    "debian-minimal vm dhcp-all-interfaces enable-serial-console block-device-mbr",
    "bookworm",
  ],
};

for (const [name, [elements, release]] of Object.entries(shipped)) {
  test(`shipped recipe ${name} runs disk-image-create ${elements}`, () => {
    const { content } = loadRecipe(repository, name);
    assert.deepEqual(diskImageCreateCommand(content), ["disk-image-create", ...elements.split(" "), ...options]);
    assert.deepEqual(diskImageCreateEnvironment(content), { DIB_RELEASE: release });
  });
}

test("there is no shipped recipe beside these", () => {
  assert.deepEqual(recipeNames(repository), Object.keys(shipped).sort());
});

test("what the stacks local and example ask for is valid", async () => {
  const { parse } = await import("yaml");
  const { readFileSync } = await import("node:fs");
  for (const stack of ["local", "example"]) {
    const { config } = parse(readFileSync(`${repository}/stacks/Pulumi.${stack}.yaml`, "utf8")) as {
      config: Record<string, unknown>;
    };
    const own = Object.entries(config).filter(([key]) => key.startsWith("ironic-images:"));
    const values = Object.fromEntries(own.map(([key, value]) => [key.slice("ironic-images:".length), value]));
    const { userImages, warnings } = await loadStack({ projectDirectory: repository, stack, config: values });
    assert.deepEqual(
      userImages.map(({ key }) => key),
      ["my-image", "my-whole-disk-image"],
    );
    assert.deepEqual(warnings, []);
  }
});

const content: RecipeContent = {
  kind: "partition",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: [],
  packages: [],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

const table: readonly (readonly [string, Partial<RecipeContent>, string])[] = [
  [
    "no boot loader",
    { bootloader: "none" },
    "debian-minimal baremetal -a amd64 -t qcow2 --no-tmpfs --qemu-img-options compression_type=zstd",
  ],
  [
    "packages",
    { packages: ["vim", "lldpd"] },
    "debian-minimal baremetal grub2 -a amd64 -t qcow2 --no-tmpfs --qemu-img-options compression_type=zstd -p vim,lldpd",
  ],
  ["zlib", { compression: "zlib" }, "debian-minimal baremetal grub2 -a amd64 -t qcow2 --no-tmpfs"],
  [
    "another architecture",
    { architecture: "arm64" },
    "debian-minimal baremetal grub2 -a arm64 -t qcow2 --no-tmpfs --qemu-img-options compression_type=zstd",
  ],
];

for (const [what, change, expected] of table) {
  test(`the command for ${what}`, () => {
    assert.equal(diskImageCreateCommand({ ...content, ...change }).join(" "), `disk-image-create ${expected}`);
  });
}

test("the command for a raw image has no compression", () => {
  const raw = Object.fromEntries(
    Object.entries({ ...content, diskFormat: "raw" }).filter(([key]) => key !== "compression"),
  ) as unknown as RecipeContent;
  assert.equal(
    diskImageCreateCommand(raw).join(" "),
    "disk-image-create debian-minimal baremetal grub2 -a amd64 -t raw --no-tmpfs",
  );
});

test("the release is the recipe's, whatever its environment says", () => {
  const environment = { DIB_DHCP_TIMEOUT: "60", DIB_RELEASE: "sid" };
  assert.deepEqual(diskImageCreateEnvironment({ ...content, environment }), {
    DIB_DHCP_TIMEOUT: "60",
    DIB_RELEASE: "bookworm",
  });
});
