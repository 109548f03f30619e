import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { runtimeSettings } from "../../../providers/artifact/settings.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const recipe = { kind: "whole-disk", distribution: "debian-minimal", release: "bookworm", firmware: "bios" };
const config = (slots: number) => (key: string) =>
  ({ userImages: JSON.stringify({ disk: { recipe: "disk" } }), build: JSON.stringify({ slots }) })[key];

test("the stack is read once for all images, and anew when its configuration is another", async (t) => {
  const project = temporaryDirectory(t);
  for (const folder of ["recipes", "elements"]) mkdirSync(join(project, folder));
  const file = join(project, "recipes/disk.yaml");
  await assert.rejects(runtimeSettings(config(1), project), /recipes\/disk\.yaml/);
  writeFileSync(file, stringify(recipe));
  const first = await runtimeSettings(config(1), project);
  assert.equal(first.build.slots, 1);
  rmSync(file);
  assert.equal(await runtimeSettings(config(1), project), first);
  await assert.rejects(runtimeSettings(config(2), project), /recipes\/disk\.yaml/);
});
