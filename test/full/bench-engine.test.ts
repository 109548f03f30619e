import assert from "node:assert/strict";
import { cp, mkdir, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { cacheDirectory } from "../../core/cache-directory.ts";
import type { Bench } from "../../tools/bench/bench.ts";
import { memoryBench } from "../../tools/bench/memory.ts";
import { previewBench } from "../../tools/bench/preview.ts";
import { publishBench } from "../../tools/bench/publish.ts";
import type { Row } from "../../tools/bench/result.ts";
import { upBench } from "../../tools/bench/up.ts";
import { ensureVirtualenv } from "../../tools/python/virtualenv.ts";
import { ownCloud, type OwnCloud } from "../support/own-cloud.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { assertNoResidue } from "../support/residue.ts";
import { pretendStarted } from "../support/started.ts";

describe("the benches on the real engine and a real Glance, small", () => {
  let cloud: OwnCloud;
  let project: TestProject;

  before(async () => {
    // Not the one of all tests: what a bench registers stays there.
    cloud = await ownCloud();
    project = await createProject(cloud.cloudsFile, "bench");
    await pretendStarted(project);
    await symlink(
      process.env["PULUMI_HOME"] ?? path.join(homedir(), ".pulumi"),
      path.join(project.directory, ".local/pulumi"),
    );
    const fixtures = "test/fixtures/elements";
    await cp(path.resolve(import.meta.dirname, "../..", fixtures), path.join(project.directory, fixtures), {
      recursive: true,
    });
  });

  after(async () => {
    await project.remove();
    await cloud.stop();
  });

  async function rowsOf(name: string, bench: Bench): Promise<readonly Row[]> {
    const scratch = path.join(project.scratch, name);
    await mkdir(scratch);
    const { rows } = await bench.run({
      scratch,
      project: project.directory,
      pairs: 1,
      signal: new AbortController().signal,
      say: () => undefined,
      cloud: async () => cloud.cloudsFile,
      builder: async () =>
        path.join(await ensureVirtualenv({ name: "builder", cacheDirectory: cacheDirectory() }), "bin"),
    });
    await assertNoResidue(scratch, { live: true });
    return rows;
  }

  it("up with nothing changed, against an empty program", async () => {
    const [row, ...more] = await rowsOf("up", upBench);
    assert.deepEqual([row?.plain?.tool, row?.compare, more], ["an empty program", "difference", []]);
    for (const [time] of [row?.ours ?? [], row?.plain?.figures ?? []]) assert.ok(Number(time) > 300, `${time} ms`);
  });

  it("previews of one image and of three", async () => {
    const rows = await rowsOf("preview", previewBench([1, 3]));
    assert.deepEqual(
      rows.map(({ what, target }) => [what, target]),
      [
        ["1 image", undefined],
        ["3 images, for each one more", 10],
      ],
    );
  });

  it("a triple is published, registered by the provider alone, and uploaded with curl", async () => {
    const rows = await rowsOf("publish", publishBench(2 ** 20));
    assert.deepEqual(
      rows.map(({ plain }) => plain?.tool),
      ["three images.Image of the same provider", "three curl -T at once"],
    );
    // The provider waits ten seconds for kernel and ramdisk, and then for the image.
    for (const seconds of [rows[0]?.ours[0], rows[0]?.plain?.figures[0]])
      assert.ok(Number(seconds) > 20, `${seconds} s`);
    assert.ok(Number(rows[1]?.plain?.figures[0]) < 20);
  });

  it("the memory of program and provider while two images are built", async () => {
    const rows = await rowsOf("memory", memoryBench(2));
    assert.deepEqual(
      rows.map(({ what }) => what),
      ["1 image", "2 images", "2 images, growth"],
    );
    for (const { ours } of rows) assert.ok(Number(ours[0]) > 80, "two processes of Node were seen");
  });
});
