import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArtifactRecord } from "../../../../core/artifacts/record.ts";
import { namePaths, ownPath } from "../../../../core/openstack/preflight/facts.ts";
import { plannedGroups } from "../../../../core/openstack/preflight/plan.ts";
import { loadStack } from "../../../../core/recipe/load.ts";
import { project } from "../../recipe/project.ts";

const recipes = {
  "recipes/part.yaml": "kind: partition\ndistribution: debian-minimal\nrelease: bookworm\n",
  "recipes/disk.yaml":
    "kind: whole-disk\ndistribution: debian-minimal\nrelease: bookworm\nfirmware: bios\ndiskFormat: raw\n",
};
const pins = { kernelSha256: "a".repeat(64), initramfsSha256: "b".repeat(64) };
const download = { baseUrl: "https://x.example", distribution: "centos9", branch: "master", ...pins };

test("every image of a stack is planned with its formats, its fingerprint and the key that decides its name", async (t) => {
  const projectDirectory = project(t, recipes);
  const config = {
    userImages: { p: { recipe: "part", kernelName: "k" }, d: { recipe: "disk", visibility: "public" } },
    deployImages: { amd64: { download } },
  };
  const stack = await loadStack({ projectDirectory, stack: "lab", config });
  const groups = plannedGroups(stack, projectDirectory, []);
  assert.deepEqual(
    groups.map(({ configKey, imageKey, visibility }) => [configKey, imageKey, visibility]),
    [
      ["userImages.p", "p", "private"],
      ["userImages.d", "d", "public"],
      ["deployImages.amd64", "deploy-amd64", stack.deployImages[0]?.visibility],
    ],
  );
  const images = groups.flatMap((group) => group.images);
  assert.deepEqual(
    images.map(({ nameKey, name, diskFormat, containerFormat, size }) => [
      nameKey,
      name,
      diskFormat,
      containerFormat,
      size,
    ]),
    [
      ["userImages.p.name", "p", "qcow2", "bare", undefined],
      ["userImages.p.kernelName", "k", "aki", "aki", undefined],
      ["userImages.p.ramdiskName", "p.initrd", "ari", "ari", undefined],
      ["userImages.d.name", "d", "raw", "bare", undefined],
      ["deployImages.amd64.kernelName", stack.deployImages[0]?.kernelName, "aki", "aki", undefined],
      ["deployImages.amd64.ramdiskName", stack.deployImages[0]?.ramdiskName, "ari", "ari", undefined],
    ],
  );
});

test("sizes are those of the planned build, else of the newest one of the recipe", async (t) => {
  const projectDirectory = project(t, recipes);
  const stack = await loadStack({ projectDirectory, stack: "lab", config: { userImages: { d: { recipe: "disk" } } } });
  const wanted = plannedGroups(stack, projectDirectory, [])[0]?.fingerprint ?? "";
  const record = (name: string, fingerprint: string, size: number, builtAt: string) =>
    ({ name, fingerprint, builtAt, files: { image: { size } } }) as ArtifactRecord;
  const old = record("disk", "1", 100, "2025-01-01T00:00:00Z");
  const newer = record("disk", "2", 200, "2025-02-01T00:00:00Z");
  const other = record("part", "3", 300, "2025-03-01T00:00:00Z");
  const exact = record("disk", wanted, 400, "2024-01-01T00:00:00Z");
  const size = (...records: ArtifactRecord[]) => plannedGroups(stack, projectDirectory, records)[0]?.images[0]?.size;
  assert.equal(size(newer, old, other), 200);
  assert.equal(size(newer, old, exact), 400);
  assert.equal(size(other), undefined);
});

test("names are asked for twenty at a time, each once, and a stack by its properties", () => {
  const names = Array.from({ length: 21 }, (_, index) => `n${index}`);
  const [first = "", second, third] = namePaths([...names, ...names]);
  assert.equal(third, undefined);
  assert.match(decodeURIComponent(first), /^\/v2\/images\?name=in:"n0","n1",.*"n19"&limit=1000$/);
  assert.match(decodeURIComponent(second ?? ""), /name=in:"n20"&/);
  assert.equal(
    ownPath({ project: "p", stack: "s" }, "p9", true),
    "/v2/images?owner=p9&ironic_images_project=p&ironic_images_stack=s&os_hidden=true&limit=1000",
  );
});
