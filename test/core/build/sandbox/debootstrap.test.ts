import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { which } from "../../../../core/build/host/which.ts";
import { packageArchive } from "../../../support/package-archive.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const standIn = fileURLToPath(new URL("../../../../core/build/sandbox/debootstrap", import.meta.url));
const played = fileURLToPath(new URL("../../../fixtures/bin/debootstrap", import.meta.url));
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const skip = process.getuid?.() !== 0 ? "needs root" : (await which("wget", PATH)) === undefined ? "needs wget" : false;

const ordinary = ["--verbose", "--variant=minbase", "--components=main", "--arch=amd64", "stable", "TARGET", "MIRROR"];

interface Run {
  readonly exitCode: number | undefined;
  readonly output: string;
  /** What tells trees apart that debootstrap made; undefined if there is none. */
  readonly made: string | undefined;
  readonly target: string;
}

/** An archive, a copy of the played debootstrap and a cache, which belong to one test. */
async function setting(t: TestContext) {
  const place = temporaryDirectory(t);
  const [real, roots, saved] = [join(place, "real"), join(place, "roots"), join(place, "saved")];
  for (const path of [roots, saved]) mkdirSync(path);
  copyFileSync(played, real);
  const archive = await packageArchive(t);
  let runs = 0;
  return {
    place,
    real,
    roots,
    saved,
    archive,
    async run(words: readonly string[] = ordinary, prepare: (target: string) => void = () => undefined): Promise<Run> {
      const target = join(place, `target-${runs++}`);
      mkdirSync(target);
      prepare(target);
      const filled = words.map((word) => word.replace(/^TARGET$/, target).replace("MIRROR", archive.mirror));
      const { exitCode, all } = await execa(standIn, [real, roots, saved, ...filled], {
        all: true,
        reject: false,
        env: { PATH },
        extendEnv: false,
      });
      const made = readdirSync(target).includes("etc") ? readFileSync(join(target, "etc/made"), "utf8") : undefined;
      return { exitCode, output: all, made, target };
    },
    /** What the job does with what the sandbox has left. */
    keep() {
      for (const name of readdirSync(saved)) renameSync(join(saved, name), join(roots, name.replace("base-root-", "")));
    },
  };
}

/** Names, types, modes, owners, sizes, times, links, extended attributes and contents. */
async function treeOf(directory: string): Promise<string> {
  const program = `
import os, stat, sys
for top, directories, files in os.walk(sys.argv[1]):
    for path in [top] + [os.path.join(top, name) for name in directories + files]:
        s = os.lstat(path)
        link = os.readlink(path) if stat.S_ISLNK(s.st_mode) else None
        content = open(path, "rb").read() if stat.S_ISREG(s.st_mode) else None
        attributes = {name: os.getxattr(path, name, follow_symlinks=False) for name in os.listxattr(path, follow_symlinks=False)}
        size = s.st_size if stat.S_ISREG(s.st_mode) else 0
        files_links = s.st_nlink if stat.S_ISREG(s.st_mode) else 0
        time = s.st_mtime_ns if path.endswith(("su", "made")) else 0
        print(repr((os.path.relpath(path, sys.argv[1]), oct(s.st_mode), s.st_uid, s.st_gid, size, s.st_rdev, files_links, time, link, content, attributes)))
`;
  const { stdout } = await execa("python3", ["-c", program, directory]);
  return stdout.split("\n").sort().join("\n");
}

test(
  "a tree that a played debootstrap made comes back whole, with the host's name servers of now",
  { skip },
  async (t) => {
    const { run, keep, saved, roots } = await setting(t);
    const first = await run();
    assert.equal(first.exitCode, 0, first.output);
    assert.match(readdirSync(saved).join(), /^base-root-[0-9a-f]{32}(-[0-9a-f]{64}){2}\.tar$/);
    keep();
    const again = await run();
    assert.equal(again.exitCode, 0, again.output);
    assert.match(again.output, /^I: Took the base root that debootstrap made on \d{4}-/m);
    assert.equal(again.made, first.made);
    assert.equal(await treeOf(again.target), await treeOf(first.target));
    assert.match(await treeOf(again.target), /security\.capability/);
    assert.deepEqual(readdirSync(saved), [], "what is there already is not kept again");
    const [tar = ""] = readdirSync(roots);
    const { stdout } = await execa("tar", ["--list", "--file", join(roots, tar)]);
    assert.doesNotMatch(stdout, /resolv\.conf|hostname/, "nothing of the host's network is kept");
  },
);

type Setting = Awaited<ReturnType<typeof setting>>;

const others: [string, (here: Setting) => readonly string[] | void][] = [
  ["the archive's InRelease is another one", ({ archive }) => void (archive.inRelease = "as of tomorrow\n")],
  ["the program is another one", ({ real }) => appendFileSync(real, "# newer\n")],
  ["another package is included", () => ["--include=vim", ...ordinary]],
  ["the architecture is another one", () => ordinary.map((word) => word.replace("amd64", "arm64"))],
  ["the suite is another one", () => ordinary.map((word) => word.replace("stable", "testing"))],
  ["the mirror is another one", () => ordinary.map((word) => word.replace("MIRROR", "MIRROR/other"))],
  ["a script is named", ({ real }) => [...ordinary, real]],
];

for (const [what, change] of others) {
  test(`a played debootstrap runs again when ${what}`, { skip }, async (t) => {
    const here = await setting(t);
    const first = await here.run();
    here.keep();
    const words = change(here);
    const other = await here.run(words ?? ordinary);
    assert.notEqual(other.made, first.made);
    assert.doesNotMatch(other.output, /Took the base root/);
  });
}

test("the contents of keyring and script count, not only their names", { skip }, async (t) => {
  const { place, run, keep } = await setting(t);
  const [keyring, script] = [join(place, "keyring.gpg"), join(place, "script")];
  const words = [`--keyring=${keyring}`, ...ordinary, script];
  writeFileSync(keyring, "a");
  writeFileSync(script, "a");
  const first = await run(words);
  keep();
  assert.equal((await run(words)).made, first.made);
  writeFileSync(keyring, "b");
  assert.notEqual((await run(words)).made, first.made);
  writeFileSync(keyring, "a");
  writeFileSync(script, "b");
  assert.notEqual((await run(words)).made, first.made);
});

const damages: [string, (tar: string) => void][] = [
  ["cut off", (tar) => truncateSync(tar, 4096)],
  ["empty", (tar) => truncateSync(tar, 0)],
  ["another one than its name says", () => undefined],
  ["longer than it was", (tar) => appendFileSync(tar, "more")],
];

for (const [what, damage] of damages) {
  test(
    `fault 31: a kept base root that is ${what} is not used: a played debootstrap makes it anew, and nothing of it is left`,
    { skip },
    async (t) => {
      const { run, keep, roots, saved } = await setting(t);
      const first = await run();
      keep();
      const [name = ""] = readdirSync(roots);
      // A file that only the damaged tree has.
      await execa("tar", [
        "--append",
        "--file",
        join(roots, name),
        "--directory",
        "/etc",
        "--transform=s,^,etc/stray-,",
        "passwd",
      ]);
      damage(join(roots, name));
      const again = await run();
      assert.equal(again.exitCode, 0, again.output);
      assert.match(again.output, /^W: .* in the cache is damaged/m);
      assert.notEqual(again.made, first.made);
      assert.ok(!readdirSync(join(again.target, "etc")).includes("stray-passwd"));
      assert.equal(readdirSync(saved).length, 1, "the new one takes its place");
    },
  );
}

const notKept: [string, readonly string[], ((target: string) => void)?][] = [
  ["nobody checks signatures", ["--no-check-gpg", ...ordinary]],
  ["an option is not known", ["--foreign", ...ordinary]],
  ["an option has its value in the next word", ["--include", "vim", ...ordinary.slice(1)]],
  ["a hook has put something there before", ordinary, (target) => writeFileSync(join(target, "before"), "")],
  ["it has the identity of a machine", ordinary.map((word) => word.replace("stable", "identified"))],
  ["it has a machine's key", ordinary.map((word) => word.replace("stable", "keyed"))],
];

for (const [why, words, prepare] of notKept) {
  test(`a tree of a played debootstrap is not kept when ${why}`, { skip }, async (t) => {
    const { run, saved } = await setting(t);
    const { made } = await run(words, prepare);
    if (words[0] !== "--include") assert.notEqual(made, undefined);
    assert.deepEqual(readdirSync(saved), []);
  });
}

test("a tree is not kept when the archive changes while a played debootstrap works", { skip }, async (t) => {
  const { run, saved, archive } = await setting(t);
  archive.onRequest = () => void (archive.inRelease += "one more\n");
  assert.notEqual((await run()).made, undefined);
  assert.deepEqual(readdirSync(saved), []);
});

test("what a played debootstrap fails with is passed on, and so is a question for its version", { skip }, async (t) => {
  const { run, saved } = await setting(t);
  const failed = await run(ordinary.map((word) => word.replace("stable", "none")));
  assert.equal(failed.exitCode, 7);
  assert.match(failed.output, /there is no such suite/);
  assert.deepEqual(readdirSync(saved), []);
  const { stdout } = await execa(standIn, ["/usr/bin/wget", "/none", "/none", "--version"]);
  assert.match(stdout, /^GNU Wget /);
});

test("a cache that cannot be written costs a warning, not the tree", { skip }, async (t) => {
  const here = await setting(t);
  renameSync(here.saved, `${here.saved}.away`);
  const { exitCode, made, output } = await here.run();
  assert.equal(exitCode, 0, output);
  assert.notEqual(made, undefined);
  assert.match(output, /^W: The base root was not kept/m);
});
