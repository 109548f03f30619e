import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { fieldFacts } from "../../../core/recipe/fields.ts";
import { fingerprint, fingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { loadRecipe, loadStack } from "../../../core/recipe/load.ts";
import { recipeFields } from "../../../core/recipe/schema.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { project } from "./project.ts";

const pin = (digit: string) => ({ url: "https://example.org/base.img", sha256: digit.repeat(64) });
const base: Record<string, unknown> = {
  kind: "partition",
  distribution: "ubuntu",
  release: "noble",
  architecture: "amd64",
  elements: ["dhcp-all-interfaces", "mine"],
  packages: ["vim", "lldpd"],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
  baseImage: pin("a"),
  sources: { mirror: "http://example.org/ubuntu" },
  environment: { DIB_DHCP_TIMEOUT: "30", DIB_GRUB_TIMEOUT: "1" },
  revision: "1",
  minDiskGiB: 4,
  minRamMiB: 512,
  properties: { os_distro: "ubuntu", os_version: "24.04" },
};
const element = { "elements/mine/install.d/50-mine": "#!/bin/bash\n", "elements/other/README": "\n" };

function print(projectDirectory: string): string {
  return fingerprint(fingerprintInputs(loadRecipe(projectDirectory, "x").content, projectDirectory));
}

const write = (recipe: unknown) => ({ "recipes/x.yaml": stringify(recipe), ...element });

test("order of keys, layout and comments of the YAML, and the project's place do not matter", (t) => {
  const expected = print(project(t, write(base)));
  const shuffled = fc.shuffledSubarray(Object.entries(base), { minLength: Object.keys(base).length });
  const layout = fc.record({
    indent: fc.integer({ min: 1, max: 8 }),
    lineWidth: fc.constantFrom(20, 80, 0),
    collectionStyle: fc.constantFrom("any", "block", "flow"),
    comment: fc.stringMatching(/^[ a-z:{}#-]*$/),
  });
  fc.assert(
    fc.property(shuffled, layout, (entries, { comment, collectionStyle, ...options }) => {
      const environment = Object.fromEntries(Object.entries(base["environment"] as object).reverse());
      const text = stringify(
        { ...Object.fromEntries(entries), environment },
        { ...options, collectionStyle: collectionStyle as "any" },
      );
      const projectDirectory = project(t, { "recipes/x.yaml": `\n# ${comment}\n${text}# ${comment}\n\n`, ...element });
      assert.equal(print(projectDirectory), expected);
    }),
    { numRuns: 60 },
  );
});

test("user, home, working directory and environment of the machine do not matter", (t) => {
  const projectDirectory = project(t, write(base));
  const expected = print(projectDirectory);
  const before = { cwd: process.cwd(), environment: { ...process.env } };
  t.after(() => {
    process.chdir(before.cwd);
    Object.assign(process.env, before.environment);
  });
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom("HOME", "USER", "LOGNAME", "TZ", "LANG", "DIB_RELEASE", "ARCH", "http_proxy"),
        fc.stringMatching(/^[a-z/.]{1,20}$/),
      ),
      (environment) => {
        Object.assign(process.env, environment);
        process.chdir(temporaryDirectory(t));
        assert.equal(print(projectDirectory), expected);
      },
    ),
    { numRuns: 30 },
  );
});

const secret = { secretEnvironment: ["AGENT_TOKEN"] };

// For every content field, recipes that differ from `base` in that field; `unset` leaves the others without contradiction.
const changed: Readonly<
  Record<Exclude<keyof RecipeContent, "secretStack">, { to: Record<string, unknown>; unset?: readonly string[] }>
> = {
  kind: { to: { kind: "whole-disk", firmware: "uefi" }, unset: ["bootloader"] },
  distribution: { to: { distribution: "centos" } },
  release: { to: { release: "resolute" } },
  architecture: { to: { architecture: "arm64" } },
  elements: { to: { elements: ["mine", "dhcp-all-interfaces"] } },
  packages: { to: { packages: ["lldpd", "vim"] } },
  bootloader: { to: { bootloader: "none" } },
  firmware: { to: { kind: "whole-disk", firmware: "bios" }, unset: ["bootloader"] },
  diskFormat: { to: { diskFormat: "raw" }, unset: ["compression"] },
  compression: { to: { compression: "zlib" } },
  baseImage: { to: { baseImage: pin("b") } },
  sources: { to: { sources: { mirror: "http://example.org/ubuntu", security: "http://example.org/security" } } },
  deferInitramfs: { to: { deferInitramfs: false } },
  environment: { to: { environment: { DIB_DHCP_TIMEOUT: "31", DIB_GRUB_TIMEOUT: "1" } } },
  secretEnvironment: { to: secret },
  secretFiles: { to: { ...secret, secretFiles: ["/etc/agent/token"] } },
  shareSecretArtifact: { to: { ...secret, shareSecretArtifact: true } },
  revision: { to: { revision: "2" } },
};

test("every content field matters, and no two changes come to the same", (t) => {
  const variants = Object.values(changed).map(({ to, unset = [] }) => {
    const kept = Object.entries(base).filter(([key]) => !unset.includes(key));
    return print(project(t, write({ ...Object.fromEntries(kept), ...to })));
  });
  assert.equal(new Set([print(project(t, write(base))), ...variants]).size, Object.keys(changed).length + 1);
});

test("a default said or left out is the same", (t) => {
  const said = {
    kind: "partition",
    distribution: "debian",
    release: "trixie",
    architecture: "amd64",
    elements: ["dhcp-all-interfaces"],
    packages: [],
    bootloader: "grub2",
    diskFormat: "qcow2",
    compression: "zstd",
    deferInitramfs: true,
    environment: {},
  };
  const left = { kind: "partition", distribution: "debian", release: "trixie" };
  assert.equal(print(project(t, write(said))), print(project(t, write(left))));
});

test("no cloud field matters, in the recipe or in the stack", async (t) => {
  const expected = print(project(t, write(base)));
  const cloudFields = Object.entries(recipeFields)
    .filter(([, schema]) => fieldFacts.get(schema)?.affects === "cloud")
    .map(([key]) => key);
  assert.deepEqual(cloudFields, ["minDiskGiB", "maxVirtualSizeGiB", "allowLuks", "minRamMiB", "properties"]);
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
  const cloud = fc.record(
    {
      minDiskGiB: fc.integer({ min: 1, max: 999 }),
      maxVirtualSizeGiB: fc.integer({ min: 1, max: 999 }),
      allowLuks: fc.boolean(),
      minRamMiB: fc.integer({ min: 1, max: 999 }),
      properties: fc.dictionary(
        word.map((name) => `x_${name}`),
        word,
      ),
    },
    { requiredKeys: [] },
  );
  const names = fc.record({ name: word, visibility: fc.constantFrom("private", "public", "shared", "community") });
  const content = Object.fromEntries(Object.entries(base).filter(([key]) => !cloudFields.includes(key)));
  await fc.assert(
    fc.asyncProperty(cloud, cloud, names, async (inRecipe, inStack, named) => {
      const projectDirectory = project(t, write({ ...content, ...inRecipe }));
      const { userImages } = await loadStack({
        projectDirectory,
        stack: "s",
        config: { userImages: { i: { recipe: "x", ...inStack, ...named } }, build: { slots: 2 } },
      });
      const [image] = userImages;
      assert.ok(image);
      assert.equal(fingerprint(fingerprintInputs(image.content, projectDirectory)), expected);
    }),
    { numRuns: 40 },
  );
});

test("where a pinned base image comes from does not matter", (t) => {
  const moved = { ...base, baseImage: { ...pin("a"), url: "http://127.0.0.1:1/elsewhere" } };
  assert.equal(print(project(t, write(moved))), print(project(t, write(base))));
});

test("an element that the image uses shows by its name, one that it does not use is not there", (t) => {
  const projectDirectory = project(t, write(base));
  const inputs = () => fingerprintInputs(loadRecipe(projectDirectory, "x").content, projectDirectory);
  const before = inputs();
  assert.deepEqual(Object.keys(before.elementDigests), ["mine"]);
  appendFileSync(join(projectDirectory, "elements/other/README"), "changed\n");
  assert.deepEqual(inputs(), before);
  appendFileSync(join(projectDirectory, "elements/mine/install.d/50-mine"), "true\n");
  const after = inputs();
  assert.notEqual(after.elementDigests["mine"], before.elementDigests["mine"]);
  assert.deepEqual({ ...after, elementDigests: {} }, { ...before, elementDigests: {} });
});

test("inputs hold no path and no address of this machine, and survive JSON", (t) => {
  const projectDirectory = project(t, write(base));
  const inputs = fingerprintInputs(loadRecipe(projectDirectory, "x").content, projectDirectory);
  const text = JSON.stringify(inputs);
  assert.equal(text.includes(projectDirectory), false);
  assert.equal(text.includes("example.org/base.img"), false);
  assert.deepEqual(JSON.parse(text), inputs);
  assert.equal(fingerprint(JSON.parse(text) as typeof inputs), fingerprint(inputs));
});

test("the same inputs have the fingerprint that they had: whoever changes it rebuilds every image of every cloud", () => {
  const inputs = {
    fingerprintVersion: 1,
    kind: "partition",
    distribution: "debian-minimal",
    release: "bookworm",
    architecture: "amd64",
    elements: [],
    packages: [],
    bootloader: "grub2",
    diskFormat: "qcow2",
    compression: "zstd",
    environment: { B: "2", A: "1" },
    command: ["disk-image-create"],
    elementDigests: {},
    hooksDigest: "0",
    builder: { "diskimage-builder": "3.43.0" },
  } as const;
  assert.equal(fingerprint(inputs), "6b779c60360e9f8f5acb5ba715946614665f9ffbb5a580da9f06a86f7d1acca2");
});
