import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { baseRoots } from "../../../../core/build/builder/root-cache.ts";
import { which } from "../../../../core/build/host/which.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { packageArchive } from "../../../support/package-archive.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { cannotBuild, eventually, makeProject, playedBuilder, playedJob } from "../support.ts";

const root = (request: string, digest: string): string =>
  `${request.repeat(32)}-${"0".repeat(64)}-${digest.repeat(64)}.tar`;

/** A cache with these trees, made so many days ago, and a slot in which a build has left these files. */
function cacheWith(t: TestContext, days: Record<string, number>, left: readonly string[] = []) {
  const cache = temporaryDirectory(t);
  const [directory, slot] = [join(cache, "base-roots"), join(cache, "slot-0")];
  for (const path of [directory, slot]) mkdirSync(path);
  for (const [name, age] of Object.entries(days)) {
    const path = join(directory, name);
    writeFileSync(path, "kept");
    utimesSync(path, Date.now() / 1000, Date.now() / 1000 - age * 86_400);
  }
  const leave = (names: readonly string[]): void => names.forEach((name) => writeFileSync(join(slot, name), "new"));
  leave(left);
  return { cache, directory, slot, leave };
}

test("before a build old trees go, and those from the future, and what a killed build left in its slot", async (t) => {
  const { cache, directory, slot } = cacheWith(
    t,
    { [root("a", "1")]: 6.9, [root("b", "1")]: 7.1, [root("c", "1")]: -2, half: 8 },
    ["base-root-new", `base-root-${root("d", "1")}`, "other"],
  );
  const roots = await baseRoots(cache, slot);
  assert.equal(roots.directory, directory);
  assert.deepEqual(readdirSync(directory), [root("a", "1")]);
  assert.deepEqual(readdirSync(slot).sort(), ["ironic-images-unpacking", "other"]);
});

test("with 0 days nothing is used, nothing is kept, and nothing stays", async (t) => {
  const { cache, directory, slot } = cacheWith(t, { [root("a", "1")]: 0.001 });
  assert.equal((await baseRoots(cache, slot, 0)).directory, undefined);
  assert.deepEqual(readdirSync(directory), []);
});

test("a new tree takes the place of older ones for the same request, and of no others", async (t) => {
  const { cache, directory, slot, leave } = cacheWith(t, { [root("a", "1")]: 1, [root("b", "1")]: 1 });
  const roots = await baseRoots(cache, slot);
  leave([`base-root-${root("a", "2")}`, "base-root-new", "other"]);
  for (const phase of ["start", "elements", "root.d", "extra-data.d"]) roots.look(phase);
  await roots.end();
  assert.deepEqual(readdirSync(directory).sort(), [root("a", "2"), root("b", "1")]);
  assert.equal(readFileSync(join(directory, root("a", "2")), "utf8"), "new");
  assert.equal(statSync(join(directory, root("a", "2"))).mode & 0o777, 0o400);
  assert.deepEqual(readdirSync(slot), ["other"]);
});

const notGoodEnough: [string, readonly string[], boolean][] = [
  ["did not go on from it", ["start", "elements", "root.d"], false],
  ["was cancelled", ["start", "elements", "root.d", "install.d"], true],
];

for (const [what, phases, cancelled] of notGoodEnough) {
  test(`a tree is not kept from a build that ${what}`, async (t) => {
    const { cache, directory, slot, leave } = cacheWith(t, { [root("a", "1")]: 1 });
    const roots = await baseRoots(cache, slot);
    leave([`base-root-${root("a", "2")}`]);
    phases.forEach((phase) => roots.look(phase));
    await roots.end(cancelled);
    assert.deepEqual(readdirSync(directory), [root("a", "1")]);
    assert.ok(!readdirSync(slot).some((name) => name.startsWith("base-root-")));
  });
}

test("fault 31: the tarball of a base image goes if the build that may have made it did not go on from it, and stays if it did", async (t) => {
  const tar = `${"e".repeat(64)}.qcow2.tgz`;
  const { cache, slot } = cacheWith(t, {}, [tar, "other.tgz"]);
  const tars = (): string[] => readdirSync(slot).filter((name) => name.endsWith(".tgz"));
  const finished = await baseRoots(cache, slot);
  assert.deepEqual(tars(), [tar, "other.tgz"]);
  finished.look("root.d");
  finished.look("pre-install.d");
  await baseRoots(cache, slot);
  assert.deepEqual(tars(), [tar, "other.tgz"]);
  await baseRoots(cache, slot);
  assert.deepEqual(tars(), ["other.tgz"]);
});

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const lacking = async (command: string) =>
  (await which(command, PATH)) === undefined ? `needs ${command}` : undefined;
const skip = cannotBuild() ?? (await lacking("debootstrap")) ?? (await lacking("wget")) ?? false;

test(
  "a tree of a played debootstrap is used by the next build of the same project, by another slot, and not when the key says 0",
  { skip },
  async (t) => {
    const project = makeProject(t, { path: playedBuilder(t) });
    const { mirror } = await packageArchive(t);
    const kept = (): string[] => readdirSync(join(project.cache, "base-roots"));
    const made = async (name: string, settings = {}): Promise<string> => {
      const { record } = await project.build(playedJob(project, `debootstraps:${mirror}`, name), settings);
      return readFileSync(project.artifact(record, "manifest/made"), "utf8");
    };

    await assert.rejects(project.build(playedJob(project, `debootstraps-fails:${mirror}`)));
    const [name = ""] = kept();
    assert.match(name, /\.tar$/, "a build that fails later keeps it");
    const [first, second] = await Promise.all([made("first", { slots: 2 }), made("second", { slots: 2 })]);
    assert.equal(first, second);
    assert.deepEqual(kept(), [name]);

    const anew = await made("third", { baseRootDays: 0 });
    assert.notEqual(anew, first);
    assert.deepEqual(kept(), []);
  },
);

test(
  "fault 3: a build that is cancelled after a played debootstrap keeps no tree, and leaves nothing in its slot",
  { skip },
  async (t) => {
    const project = makeProject(t, { path: playedBuilder(t) });
    const { mirror } = await packageArchive(t);
    const build = await project.start(playedJob(project, `debootstraps-hangs:${mirror}`));
    const slot = join(project.cache, "builds/slot-0");
    await eventually(
      "the build hangs behind its tree",
      20,
      () => existsSync(slot) && readdirSync(slot).some((name) => /^base-root-.*\.tar$/.test(name)),
    );
    await build.cancel();
    assert.deepEqual(readdirSync(join(project.cache, "base-roots")), []);
    assert.ok(!readdirSync(slot).some((name) => name.startsWith("base-root-")));
    await assertNoResidue(dirname(project.directory));
  },
);
