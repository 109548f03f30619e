import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { cannotBuild, makeProject, playedBuilder, playedJob } from "../support.ts";

const skip = cannotBuild() ?? false;

test(
  "a played build begins with the packages that another slot has fetched, and compares them with the archive; not when the key says no",
  { skip },
  async (t) => {
    const project = makeProject(t, { path: playedBuilder(t) });
    const slot = (index: number): string => join(project.cache, "builds", `slot-${index}`, "apt/debian");
    mkdirSync(join(slot(1), "partial"), { recursive: true });
    for (const name of ["a_1_all.deb", "lock", "partial/b_1_all.deb"]) writeFileSync(join(slot(1), name), name);
    const seen = async (name: string, settings = {}): Promise<Record<string, string>> => {
      const { record } = await project.build(playedJob(project, "cleans-packages", name), settings);
      const text = (file: string): string => readFileSync(project.artifact(record, "manifest", file), "utf8");
      return { packages: text("packages"), said: text("said") };
    };
    assert.deepEqual(await seen("not", { keepPackages: false }), { packages: "", said: "chroot itself: 127\n" });
    assert.deepEqual(await seen("kept"), {
      packages: "a_1_all.deb\n",
      said: "Kept 0 packages that the archive has, with their digests\n",
    });
    assert.deepEqual(readdirSync(slot(0)), [], "this archive has none");
    assert.deepEqual(readdirSync(slot(1)).sort(), ["a_1_all.deb", "lock", "partial"], "the other slot keeps its own");
  },
);
