import "../../../support/own-mount-namespace.ts";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { openStore } from "../../../../core/artifacts/store.ts";
import { roomAt } from "../../../../core/room.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { withSmallDisk } from "../../../support/small-disk.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "../support.ts";

const skip = cannotBuild() ?? false;
const unchecked = { minimumFreeMiB: 0 };

interface PlayedProject extends Project {
  /** A directory of the project's `.images`. */
  images(...path: string[]): string;
}

function played(t: TestContext): PlayedProject {
  const project = makeProject(t, { path: playedBuilder(t) });
  return { ...project, images: (...path) => join(project.directory, ".images", ...path) };
}

/** Leaves so many bytes of a file system free. */
function fill(path: string, rest: number): void {
  writeFileSync(path, Buffer.alloc((roomAt(dirname(path))?.free ?? 0) - rest));
}

test(
  "fault 10: a build, played by a fixture, is refused where there is no room for a first one, with path, bytes needed and bytes free",
  { skip },
  async (t) => {
    const project = played(t);
    await withSmallDisk(project.images(), 64, "tmpfs", async () => {
      await assert.rejects(project.build(playedJob(project, "right")), {
        code: "disk-too-full",
        message:
          /^There is no space to build played: the build directory \S+\.images\/builds needs 5\.0 GiB \(5368709120 bytes\) of free space, and [\d.]+ MiB of 64\.0 MiB are free \(\d+ bytes\)\. .*never built here.*minimumFreeMiB/,
      });
      assert.ok(!existsSync(project.images("builds")), "nothing was begun");
      await assert.rejects(project.build(playedJob(project, "right"), { minimumFreeMiB: 80 }), {
        code: "disk-too-full",
        message: /needs 80\.0 MiB.*ironic-images:build\.minimumFreeMiB says/,
      });
    });
    await assertNoResidue(project.directory);
  },
);

test(
  "fault 10: what the last build took, played by a fixture, is what the next one has to find, on each file system",
  { skip },
  async (t) => {
    const project = played(t);
    await withSmallDisk(project.images(), 64, "tmpfs", async () => {
      const { record } = await project.build(playedJob(project, "prints:1"), unchecked);
      const { build = 0, cache } = record.space ?? {};
      assert.ok(build > 2 ** 18 && build < 2 ** 24, `the build took ${build} bytes`);
      assert.equal(cache, 0);
      fill(project.images("filler"), build);
      await assert.rejects(project.build(playedJob(project, "right")), {
        code: "disk-too-full",
        message:
          /\.images\/builds needs [\d.]+ \w+ \(\d+ bytes\) of free space, and .*its last build took, and a quarter more/,
      });
      rmSync(project.images("filler"));
      await project.build(playedJob(project, "right"));
    });
  },
);

for (const [what, play, path, kind] of [
  ["the build directory", "fills-the-disk", "project/.images", "ext4"],
  ["the cache", "fills-the-cache", "cache/builds", "tmpfs"],
] as const) {
  test(
    `fault 10: a disk that gets full under ${what}, played by a fixture on ${kind}, is told with path and bytes, and all space is free again`,
    { skip },
    async (t) => {
      const project = played(t);
      const disk = join(project.directory, "..", path);
      await withSmallDisk(disk, 48, kind, async () => {
        const before = roomAt(disk)?.free ?? 0;
        await assert.rejects(project.build(playedJob(project, play), unchecked), {
          code: "build-failed",
          message: new RegExp(
            `exit status 1 in install\\.d/50-play; no space was left in ${what} \\S+${path}/\\S+, where [\\d.]+ \\w+ of [\\d.]+ MiB are free; free some; log: `,
          ),
        });
        rmSync(join(project.cache, "builds/slot-0/filler"), { force: true });
        assert.ok((roomAt(disk)?.free ?? 0) > before - 2 ** 20, "what the build wrote is gone");
        assert.deepEqual(await openStore(project.directory).list(), []);
        await project.build(playedJob(project, "right"), unchecked);
      });
      await assertNoResidue(project.directory);
    },
  );
}

test(
  "fault 10: a store that is full, played by a fixture, is told with path and bytes, and has no half artifact",
  { skip },
  async (t) => {
    const project = played(t);
    await withSmallDisk(project.images("artifacts"), 1, "tmpfs", async () => {
      fill(project.images("artifacts/filler"), 64 * 1024);
      await assert.rejects(project.build(playedJob(project, "right"), unchecked), {
        code: "storage-failed",
        message:
          /\.images\/artifacts\/\S+ cannot be written: no space is left .*\(ENOSPC; [\d.]+ \w+ of 1\.0 MiB are free\)/,
      });
      assert.deepEqual(
        readdirSync(project.images("artifacts")).filter((name) => !name.endsWith(".lock")),
        ["filler"],
      );
    });
    assert.deepEqual(readdirSync(project.images("staging")), []);
    await assertNoResidue(project.directory);
  },
);

test(
  "fault 10: a log that finds no space, played by a fixture, costs its end and not the build",
  { skip },
  async (t) => {
    const project = played(t);
    mkdirSync(project.images(), { recursive: true });
    await withSmallDisk(project.images("jobs"), 1, "tmpfs", async () => {
      const { record } = await project.build(playedJob(project, "prints:8M"), unchecked);
      assert.ok(statSync(project.artifact(record, "build.log")).size > 2 ** 19);
    });
  },
);
