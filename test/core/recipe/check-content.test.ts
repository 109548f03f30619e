import assert from "node:assert/strict";
import { test } from "node:test";
import { contentMistakes } from "../../../core/recipe/check-content.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { loadRecipe } from "../../../core/recipe/load.ts";
import { project } from "./project.ts";

const content: RecipeContent = {
  kind: "partition",
  distribution: "ubuntu",
  release: "noble",
  architecture: "amd64",
  elements: ["dhcp-all-interfaces"],
  packages: [],
  bootloader: "grub2",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

test("what a recipe came to passes the guard, its base image pinned or not", (t) => {
  const projectDirectory = project(t, {
    "recipes/x.yaml": "kind: whole-disk\ndistribution: debian\nrelease: trixie\nfirmware: uefi\n",
  });
  assert.deepEqual(contentMistakes(loadRecipe(projectDirectory, "x").content, projectDirectory), []);
  assert.deepEqual(contentMistakes({ ...content, baseImage: { sha256: "a".repeat(64) } }, projectDirectory), []);
  assert.deepEqual(
    contentMistakes({ ...content, baseImage: { url: "https://example.org/a", unpinned: true } }, projectDirectory),
    [],
  );
});

const table: readonly (readonly [string, Partial<Record<keyof RecipeContent, unknown>>, string, RegExp])[] = [
  ["a release for a root shell", { release: "noble; id" }, "release", /must be the name of a release/],
  ["a short pin", { baseImage: { sha256: "abc" } }, "baseImage.sha256", /must be a sha256/],
  ["an unknown element", { elements: ["nope"] }, "elements[0]", /unknown element nope/],
  ["a variable that is not allowed", { environment: { PATH: "/tmp" } }, "environment.PATH", /not allowed/],
  ["firmware of a partition image", { firmware: "bios" }, "firmware", /is for whole-disk images/],
];

for (const [what, change, property, reason] of table) {
  test(`the guard names ${what} by its property`, (t) => {
    const mistakes = contentMistakes({ ...content, ...change } as RecipeContent, project(t, {}));
    assert.deepEqual(
      mistakes.map((mistake) => mistake.property),
      [property],
    );
    assert.match(mistakes[0]?.reason ?? "", reason);
  });
}
