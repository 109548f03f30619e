import assert from "node:assert/strict";
import test from "node:test";
import { firstBuildSpace, lackingSpace, spaceNeeds } from "../../../../core/build/host/build-space.ts";
import { mostOf, startSpaceMeter } from "../../../../core/build/host/space-meter.ts";
import type { Room } from "../../../../core/room.ts";

const places = { builds: "/p/builds", cache: "/c", artifacts: "/p/artifacts" };
const gib = 2 ** 30;

/** Rooms of file systems by the beginning of a path. */
function rooms(free: Record<string, [device: number, free: number]>, noInodes = false): (path: string) => Room {
  return (path) => {
    const [device, bytes] = Object.entries(free).find(([begin]) => path.startsWith(begin))?.[1] ?? [0, 0];
    return { device, free: bytes, size: 100 * gib, noInodes };
  };
}

test("a first build is taken to need what is documented, a later one what the last took and a quarter more", () => {
  const bytes = (...asked: Parameters<typeof spaceNeeds>): number[] => spaceNeeds(...asked).map((need) => need.bytes);
  assert.deepEqual(bytes(places, undefined), [firstBuildSpace.build, firstBuildSpace.cache, 0]);
  assert.deepEqual(bytes(places, { space: { build: 400, cache: 40 }, outputs: 7 }), [500, 50, 7]);
  assert.deepEqual(bytes(places, { outputs: 7 }), [firstBuildSpace.build, firstBuildSpace.cache, 7]);
  assert.deepEqual(bytes(places, { space: { build: 400, cache: 40 }, outputs: 7 }, 3), [3 * 2 ** 20]);
});

const last = { space: { build: 4 * gib, cache: gib }, outputs: gib };
const cases: [string, (path: string) => Room, RegExp[]][] = [
  ["room enough", rooms({ "/p": [1, 7 * gib], "/c": [1, 7 * gib] }), []],
  [
    "build and cache on one file system need room together",
    rooms({ "/p": [1, 6 * gib], "/c": [1, 6 * gib] }),
    [
      /^the build directory \/p\/builds and the cache \/c needs 6\.3 GiB \(\d+ bytes\) of free space, and 6\.0 GiB of 100\.0 GiB are free/,
    ],
  ],
  [
    "on two file systems each needs its own",
    rooms({ "/p": [1, 6 * gib], "/c": [2, gib] }),
    [/^the cache \/c needs 1\.3 GiB .* 1\.0 GiB of 100\.0 GiB are free/],
  ],
  ["a store of the same file system needs nothing", rooms({ "/p": [1, 5 * gib], "/c": [2, 2 * gib] }), []],
  [
    "a store of its own has to take the artifact",
    rooms({ "/p/artifacts": [3, 0], "/p": [1, 5 * gib], "/c": [2, 2 * gib] }),
    [/^the store \/p\/artifacts needs 1\.0 GiB .* 0 bytes of/],
  ],
  [
    "room without an inode is none",
    rooms({ "/p": [1, 9 * gib], "/c": [1, 9 * gib] }, true),
    [/9\.0 GiB of 100\.0 GiB are free, and no inode/],
  ],
];
for (const [title, at, expected] of cases) {
  test(`space for a build: ${title}`, () => {
    const lacking = lackingSpace(spaceNeeds(places, last), at);
    assert.equal(lacking.length, expected.length, lacking.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(lacking[index] ?? "", pattern);
  });
}

test("what a build took is the most that was seen, or what two short moments add up to", () => {
  const seen = (...looks: [string, number][]) => looks.map(([phase, bytes]) => ({ phase, bytes }));
  assert.equal(mostOf(seen(["root.d", 30], ["install.d", 50], ["cleanup.d", 20]), 5), 50);
  assert.equal(mostOf(seen(["install.d", 40], ["image-size", 50], ["image-size", 80], ["pre-finalise.d", 60]), 5), 110);
  assert.equal(mostOf(seen(["cleanup.d", 60], ["convert", 62]), 30), 92);
  assert.equal(mostOf([], 5), 5);
});

test("a build is looked at when its phase changes or a look is long ago, one look at a time, and the newest wish counts", async () => {
  const sizes = [100, 1, 2, 3, 4, 130];
  const asked: string[] = [];
  const meter = await startSpaceMeter("/b", "/c", async (path) => {
    asked.push(path);
    return sizes.shift();
  });
  for (const [phase, elapsed] of [
    ["a", 0],
    ["a", 5],
    ["b", 6],
    ["c", 6],
  ] as const)
    meter.look(phase, elapsed);
  await new Promise((resolve) => setImmediate(resolve));
  meter.look("c", 20);
  meter.look("c", 21);
  assert.deepEqual(await meter.result(), { build: 4, cache: 30 });
  assert.deepEqual(asked, ["/c", "/b", "/b", "/b", "/b/out", "/c"]);
});
