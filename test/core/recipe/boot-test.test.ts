import assert from "node:assert/strict";
import { test } from "node:test";
import { loadStack } from "../../../core/recipe/load.ts";
import { mistakesOf, project } from "./project.ts";

const files = {
  "recipes/small.yaml": "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n",
  "recipes/disk.yaml": "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\nfirmware: bios\n",
};
const download = {
  kernelUrl: "https://example.org/k",
  initramfsUrl: "https://example.org/i",
  kernelSha256: "a".repeat(64),
  initramfsSha256: "b".repeat(64),
};
const common = { silenceSeconds: 180, limitSeconds: 1800, processors: 2, network: "isolated", kernelArguments: [] };

test("a boot test without settings has the defaults of the image's kind, and an image without the key has none", async (t) => {
  const config = {
    userImages: { a: { recipe: "small", bootTest: {} }, b: { recipe: "small", name: "b" } },
    deployImages: { amd64: { download, bootTest: {} } },
  };
  const stack = await loadStack({ projectDirectory: project(t, files), stack: "prod", config });
  assert.deepEqual(
    stack.userImages.map(({ bootTest }) => bootTest),
    [{ ...common, memoryMiB: 1024 }, undefined],
  );
  assert.deepEqual(
    stack.deployImages.map(({ bootTest }) => bootTest),
    [{ ...common, memoryMiB: 3072 }],
  );
});

test("every setting of a boot test arrives", async (t) => {
  const bootTest = {
    marker: "reached target Multi-User",
    silenceSeconds: 30,
    limitSeconds: 300,
    memoryMiB: 512,
    processors: 1,
    network: "none",
    kernelArguments: ["quiet", "net.ifnames=0"],
  };
  const config = { userImages: { a: { recipe: "small", bootTest } } };
  const stack = await loadStack({ projectDirectory: project(t, files), stack: "prod", config });
  assert.deepEqual(stack.userImages[0]?.bootTest, bootTest);
});

test("a limit below the default silence is no mistake, nor a silence as long as the limit", async (t) => {
  const projectDirectory = project(t, files);
  for (const [bootTest, silenceSeconds] of [
    [{ limitSeconds: 60 }, 180],
    [{ silenceSeconds: 60, limitSeconds: 60 }, 60],
  ] as const) {
    const config = { userImages: { a: { recipe: "small", bootTest } } };
    const stack = await loadStack({ projectDirectory, stack: "prod", config });
    assert.equal(stack.userImages[0]?.bootTest?.silenceSeconds, silenceSeconds);
  }
});

const user = (bootTest: unknown, more: object = {}) => ({ userImages: { a: { recipe: "small", ...more, bootTest } } });

const mistakes: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ["a switch", user(true), /:userImages\.a\.bootTest: must be a mapping, not true$/],
  [
    "an unknown setting",
    user({ silenceSecond: 3 }),
    /:userImages\.a\.bootTest\.silenceSecond: unknown key, did you mean silenceSeconds\?$/,
  ],
  ["no time at all", user({ limitSeconds: 0 }), /:userImages\.a\.bootTest\.limitSeconds: must be at least 1, not 0$/],
  [
    "a silence that is longer than the whole boot",
    user({ silenceSeconds: 100, limitSeconds: 1 }),
    /:userImages\.a\.bootTest\.silenceSeconds: 100 never pass in a boot of limitSeconds 1 in all/,
  ],
  [
    "a silence that is longer than the whole boot by default",
    user({ silenceSeconds: 1801 }),
    /:userImages\.a\.bootTest\.silenceSeconds: 1801 never pass in a boot of limitSeconds 1800 in all/,
  ],
  [
    "another network",
    user({ network: "host" }),
    /:userImages\.a\.bootTest\.network: must be one of none, isolated, not "host"$/,
  ],
  [
    "a marker of two lines",
    user({ marker: "a\nb" }),
    /:userImages\.a\.bootTest\.marker: "a\\nb" must be text of one line/,
  ],
  [
    "two arguments in one",
    user({ kernelArguments: ["quiet splash"] }),
    /:userImages\.a\.bootTest\.kernelArguments\[0\]: "quiet splash" must be one argument/,
  ],
  [
    "a marker that the kernel repeats in any case",
    user({ marker: "target=multi", kernelArguments: ["systemd.target=multi-user"] }),
    /:userImages\.a\.bootTest\.marker: stands in a line that every kernel writes to the console \("Kernel command line: .* systemd\.target=multi-user"\)/,
  ],
  ...[
    "root=/dev/vda",
    "rw console",
    "Kernel command line: ro",
    "Linux version",
    "Linux version 6.1",
    "Kernel panic",
  ].map(
    (marker) =>
      [
        `a marker that every kernel writes, ${JSON.stringify(marker)}`,
        user({ marker }),
        /:userImages\.a\.bootTest\.marker: stands in a line that every kernel writes to the console \("/,
      ] as const,
  ),
  [
    "a whole-disk image's marker that every kernel writes",
    user({ marker: "Kernel panic - not syncing: VFS" }, { recipe: "disk" }),
    /:userImages\.a\.bootTest\.marker: stands in a line that every kernel writes to the console \("/,
  ],
  [
    "deploy images' marker that their kernel repeats",
    { deployImages: { amd64: { download, bootTest: { marker: "ipa-standalone" } } } },
    /:deployImages\.amd64\.bootTest\.marker: stands in a line .* ipa-standalone=1"\)/,
  ],
  [
    "kernel arguments of a whole-disk image",
    user({ kernelArguments: ["quiet"] }, { recipe: "disk" }),
    /:userImages\.a\.bootTest\.kernelArguments: a whole-disk image gets them from its own boot loader/,
  ],
  [
    "an image for arm64",
    user({}, { overrides: { architecture: "arm64" } }),
    /:userImages\.a\.bootTest: runs amd64 images only, and this one is arm64/,
  ],
  [
    "deploy images for arm64",
    { deployImages: { arm64: { download, bootTest: {} } } },
    /:deployImages\.arm64\.bootTest: runs amd64 images only, and this one is arm64/,
  ],
];

for (const [what, config, expected] of mistakes) {
  test(`a boot test is refused for ${what}`, async (t) => {
    const projectDirectory = project(t, files);
    const lines = await mistakesOf(() => loadStack({ projectDirectory, stack: "prod", config }));
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0] ?? "", expected);
  });
}
