import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { cacheDirectory } from "../../core/cache-directory.ts";
import type { BenchContext } from "../../tools/bench/bench.ts";
import { buildBench } from "../../tools/bench/builds.ts";
import { takePlace } from "../../tools/bench/place.ts";
import { ensureVirtualenv } from "../../tools/python/virtualenv.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { assertNoResidue, processIdsOf } from "../support/residue.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../..");

/** A project whose only recipe is built in seconds, and a bench's context in the same directory. */
async function tinyBench(t: TestContext): Promise<{ directory: string; context: BenchContext; stop: AbortController }> {
  const directory = temporaryDirectory(t);
  const project = path.join(directory, "from");
  await mkdir(path.join(project, "recipes"), { recursive: true });
  await writeFile(path.join(project, "recipes/tiny.yaml"), stringify(tinyWholeDisk));
  await cp(path.join(repository, "test/fixtures/elements/tiny"), path.join(project, "elements/tiny"), {
    recursive: true,
  });
  const stop = new AbortController();
  const context = {
    scratch: path.join(directory, "bench", "tiny"),
    project,
    pairs: 1,
    signal: stop.signal,
    say: () => undefined,
    cloud: () => Promise.reject(new Error("a build needs no cloud")),
    builder: async () =>
      path.join(await ensureVirtualenv({ name: "builder", cacheDirectory: cacheDirectory() }), "bin"),
  };
  return { directory, context, stop };
}

for (const warm of [false, true])
  test(`a ${warm ? "warm" : "cold"} build is measured against disk-image-create by hand, and leaves nothing that lives`, async (t) => {
    const { directory, context } = await tinyBench(t);
    await mkdir(context.scratch, { recursive: true });
    const bench = buildBench({
      title: "tiny",
      recipe: "tiny",
      warm,
      plain: "as documented",
      compare: { compare: "ratio" },
    });
    const { rows, stages } = await bench.run(context);
    const [build] = rows;
    assert.match(build?.plain?.tool ?? "", /^disk-image-create tiny vm .*block-device-mbr -a amd64 --no-tmpfs$/);
    for (const [side, total] of [
      ["ours", build?.ours[0]],
      ["plain", build?.plain?.figures[0]],
    ] as const) {
      const seconds = stages?.[side].map((stage) => stage.seconds) ?? [];
      const sum = seconds.reduce((one, other) => one + other, 0);
      assert.ok(Math.abs(sum - (total ?? NaN)) < 0.5, `${side}: stages of ${sum} s in ${total} s`);
      assert.ok(
        stages?.[side].some(({ stage }) => stage === "qcow2"),
        side,
      );
    }
    const cached = await readFile(
      path.join(context.scratch, "project/elements/bench-change/install.d/50-bench-change"),
      "utf8",
    );
    assert.match(cached, warm ? /build 3/ : /as it was/);
    assert.equal(existsSync(path.join(context.scratch, "plain-build")), false);
    await assertNoResidue(directory, { live: true });
  });

for (const side of ["ours", "plain"] as const)
  test(`a bench that is ended in the middle of ${side === "ours" ? "our" : "the plain"} build leaves nothing when it has left its place`, async (t) => {
    const { directory, context, stop } = await tinyBench(t);
    const place = await takePlace(directory);
    const scratch = await place.directory("tiny");
    const bench = buildBench({ title: "tiny", recipe: "tiny", plain: "as documented", compare: { compare: "ratio" } });
    const running = bench.run({ ...context, scratch });
    const ended = assert.rejects(running, /enough/);
    const mark = side === "ours" ? path.join(scratch, "project/.images/builds") : path.join(scratch, "plain-build/tmp");
    while (!existsSync(mark)) await sleep(50);
    await sleep(1500);
    stop.abort(new Error("enough"));
    await ended;
    await place.leave();
    assert.equal(existsSync(place.work), false);
    assert.deepEqual(processIdsOf(place.work), []);
    await assertNoResidue(directory, { live: true });
  });

test("a bench takes away what a killed one has left: a cloud's directory, a build, a project", async (t) => {
  const directory = temporaryDirectory(t);
  const build = path.join(directory, "bench/cold/plain-build");
  await mkdir(path.join(build, "tmp"), { recursive: true });
  await writeFile(path.join(build, "ironic-images-build"), "");
  await mkdir(path.join(directory, "bench/cold/project/.images/jobs"), { recursive: true });
  const place = await takePlace(directory);
  assert.equal(existsSync(build), false);
  await assert.rejects(takePlace(directory), { code: "bench-runs" });
  await place.leave();
  assert.equal(existsSync(place.work), false);
});
