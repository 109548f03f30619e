import assert from "node:assert/strict";
import { test } from "node:test";
import { loadStack } from "../../../core/recipe/load.ts";
import { checkPublication, resolvePublication } from "../../../core/recipe/publication.ts";
import { project } from "./project.ts";

const member = "0123456789abcdef0123456789abcdef";

test("what is not asked for is left out of the model", () => {
  assert.deepEqual(resolvePublication({}), {});
  assert.deepEqual(resolvePublication({ members: [], protected: false, hideKernelAndRamdisk: false }), {});
  const all = { members: [member], protected: true, hideKernelAndRamdisk: true };
  assert.deepEqual(resolvePublication(all), all);
});

test("a member in capitals is shared with as Keystone writes it", () => {
  assert.deepEqual(resolvePublication({ members: [member.toUpperCase()] }), { members: [member] });
});

test("shared with nobody is a warning, not a mistake", () => {
  const { problems, warnings } = checkPublication({ visibility: "shared" }, true);
  assert.deepEqual(problems, []);
  assert.deepEqual(warnings, [{ path: ["visibility"], message: "shared with nobody: name the projects in members" }]);
});

test("user and deploy images of a stack take the same keys, and both warn", async (t) => {
  const recipe = "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n";
  const keys = { visibility: "shared", members: [member], protected: true, hideKernelAndRamdisk: true };
  const pins = { kernelSha256: "a".repeat(64), initramfsSha256: "b".repeat(64) };
  const download = { kernelUrl: "https://a.example/k", initramfsUrl: "https://a.example/i", ...pins };
  const stack = (more: object) => ({
    userImages: { mine: { recipe: "small", ...more } },
    deployImages: { amd64: { download, ...more } },
  });
  const projectDirectory = project(t, { "recipes/small.yaml": recipe });
  const { userImages, deployImages } = await loadStack({ projectDirectory, stack: "prod", config: stack(keys) });
  for (const { visibility, members, ...image } of [userImages[0] ?? assert.fail(), deployImages[0] ?? assert.fail()]) {
    assert.deepEqual(
      [visibility, members, image.protected, image.hideKernelAndRamdisk],
      ["shared", [member], true, true],
    );
  }
  const alone = await loadStack({ projectDirectory, stack: "prod", config: stack({ visibility: "shared" }) });
  assert.deepEqual(
    alone.warnings.filter((line) => line.includes("shared with nobody")).map((line) => line.split(": ")[0]),
    ["stacks/Pulumi.prod.yaml:userImages.mine.visibility", "stacks/Pulumi.prod.yaml:deployImages.amd64.visibility"],
  );
});
