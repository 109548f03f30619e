import assert from "node:assert/strict";
import { chmodSync, globSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execaSync } from "execa";
import { lintElement } from "../../../core/recipe/element-lint.ts";
import { loadStack } from "../../../core/recipe/load.ts";
import { mistakesOf, project } from "./project.ts";

const recipe = (elements: readonly string[]): string =>
  JSON.stringify({ kind: "partition", distribution: "debian-minimal", release: "bookworm", elements });

const load = (projectDirectory: string) =>
  loadStack({ projectDirectory, stack: "prod", config: { userImages: { a: { recipe: "small" } } } });

/** A project whose recipe uses the elements that the files make. */
function withElements(t: TestContext, files: Readonly<Record<string, string>>, uses?: readonly string[]): string {
  const names = [...new Set(Object.keys(files).map((file) => file.split("/")[0] ?? ""))];
  const inElements = Object.entries(files).map(([file, text]) => [`elements/${file}`, text] as const);
  return project(t, { "recipes/small.yaml": recipe(uses ?? names), ...Object.fromEntries(inElements) });
}

test("everything unsafe in two elements is told at once, each with its file and what to do", async (t) => {
  const projectDirectory = withElements(t, {
    "one/install.d/50-one": "#!/bin/bash\n",
    "one/static/etc/motd": "",
    "two/README": "",
  });
  const at = (path: string): string => join(projectDirectory, "elements", path);
  chmodSync(at("one/static/etc/motd"), 0o666);
  chmodSync(at("one/install.d"), 0o777);
  symlinkSync("/etc/shadow", at("one/install.d/60-shadow"));
  symlinkSync("../../two/README", at("one/static/out"));
  execaSync("mkfifo", ["-m", "600", at("two/fifo")]);
  writeFileSync(at("two/\u001b[2J\u202ecod"), "", { mode: 0o600 });
  chmodSync(at("two/\u001b[2J\u202ecod"), 0o602);
  const mistakes = await mistakesOf(() => load(projectDirectory));
  assert.deepEqual(mistakes, [
    "recipes/small.yaml:elements[0]: elements/one/install.d: everybody may write it, and the build runs it as root: chmod o-w",
    "recipes/small.yaml:elements[0]: elements/one/install.d/60-shadow: this link leads out of its element: put the file itself there",
    "recipes/small.yaml:elements[0]: elements/one/static/etc/motd: everybody may write it, and the build runs it as root: chmod o-w",
    "recipes/small.yaml:elements[0]: elements/one/static/out: this link leads out of its element: put the file itself there",
    'recipes/small.yaml:elements[1]: elements/two/"\\u001b[2J\\u202ecod": everybody may write it, and the build runs it as root: chmod o-w',
    "recipes/small.yaml:elements[1]: elements/two/fifo: neither a file, a directory nor a link: remove it",
  ]);
});

test("a device is refused", { skip: process.getuid?.() === 0 ? false : "needs root" }, (t) => {
  const projectDirectory = withElements(t, { "one/README": "" });
  execaSync("mknod", [join(projectDirectory, "elements/one/null"), "c", "1", "3"]);
  const { problems } = lintElement(join(projectDirectory, "elements/one"), "elements/one");
  assert.deepEqual(problems, ["elements/one/null: neither a file, a directory nor a link: remove it"]);
});

const outwards: readonly (readonly [string, (element: string) => void])[] = [
  ["an absolute one", (element) => symlinkSync("/etc", join(element, "link"))],
  ["one to a neighbour", (element) => symlinkSync("../two", join(element, "link"))],
  ["one to nothing outside", (element) => symlinkSync("../../nothing", join(element, "link"))],
  [
    "one that another link leads astray",
    (element) => {
      mkdirSync(join(element, "a/b"), { recursive: true, mode: 0o755 });
      // Read as text `a/b/top/../two` is `a/b/two`.
      symlinkSync("../..", join(element, "a/b/top"));
      symlinkSync("a/b/top/../two", join(element, "link"));
    },
  ],
];
for (const [what, make] of outwards)
  test(`a link out of an element is refused: ${what}`, (t) => {
    const projectDirectory = withElements(t, { "one/README": "", "two/README": "" });
    const element = join(projectDirectory, "elements/one");
    make(element);
    assert.deepEqual(lintElement(element, "one").problems, [
      "one/link: this link leads out of its element: put the file itself there",
    ]);
  });

test("links inside an element are right, also to nothing and in a circle", (t) => {
  const projectDirectory = withElements(t, { "one/static/file": "" });
  const element = join(projectDirectory, "elements/one");
  symlinkSync("file", join(element, "static/link"));
  symlinkSync("..", join(element, "static/up"));
  symlinkSync("nothing", join(element, "static/dangling"));
  symlinkSync("circle", join(element, "static/circle"));
  assert.deepEqual(lintElement(element, "one"), { problems: [], warnings: [] });
});

for (const name of ["a b", "a\nb", "a\tb", "*", "a[b]", "a\\b"]) {
  test(`fault 13: a hook, and a directory of hooks, with a name that the builder splits is refused: ${JSON.stringify(name)}`, (t) => {
    const projectDirectory = withElements(t, { [`one/install.d/50-${name}`]: "", [`one/${name}.d/50-one`]: "" });
    const { problems } = lintElement(join(projectDirectory, "elements/one"), "one");
    assert.equal(problems.length, 3, problems.join("\n"));
    for (const problem of problems) assert.match(problem, /: diskimage-builder splits such a name: rename it$/);
  });
}

test("deeper down a file may have any name: it is copied with its directory", (t) => {
  const projectDirectory = withElements(t, { "one/static/etc/a b*": "", "one/static/é": "" });
  assert.deepEqual(lintElement(join(projectDirectory, "elements/one"), "one"), { problems: [], warnings: [] });
});

test("what the builder would ignore, a setuid bit and an element in the builder's place are warnings", async (t) => {
  const projectDirectory = withElements(t, {
    "one/install.d/50-one.sh": "",
    "one/install.d/60-idle": "",
    "one/install.d/README": "",
    "one/environment.d/10-one.bash": "",
    "one/static/bin/su": "",
    "dkms/README": "",
  });
  chmodSync(join(projectDirectory, "elements/one/install.d/50-one.sh"), 0o755);
  chmodSync(join(projectDirectory, "elements/one/static/bin/su"), 0o4755);
  const { warnings } = await load(projectDirectory);
  assert.deepEqual(warnings, [
    "recipes/small.yaml:elements[1]: elements/dkms takes the place of the builder's own element dkms",
    "recipes/small.yaml:elements[0]: elements/one/install.d/50-one.sh: diskimage-builder ignores a hook of this name: letters, digits, _ and - only",
    "recipes/small.yaml:elements[0]: elements/one/install.d/60-idle: diskimage-builder ignores a hook that is not executable: chmod +x",
    "recipes/small.yaml:elements[0]: elements/one/static/bin/su: has the setuid or setgid bit: in the image it would run with its owner's rights",
  ]);
});

test("a thousand files with the wrong mode are eleven lines", (t) => {
  const projectDirectory = withElements(t, { "one/README": "" });
  const element = join(projectDirectory, "elements/one");
  for (let file = 0; file < 1000; file += 1) {
    writeFileSync(join(element, `f${file}`), "");
    chmodSync(join(element, `f${file}`), 0o666);
  }
  const { problems } = lintElement(element, "one");
  assert.equal(problems.length, 11);
  assert.equal(problems.at(-1), "one: and 990 more like these");
});

const dependencies: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "an element that is missing, with who needs it and where it was looked for",
    { "one/element-deps": "two\n", "two/element-deps": "nowhere\n" },
    /^recipes\/small\.yaml:elements\[1\]: element two needs "nowhere", which is neither in elements\/ nor in diskimage-builder 3\.43\.0$/,
  ],
  [
    "a name of 300 letters",
    { "one/element-deps": `${"x".repeat(300)}\n` },
    /elements\/one\/element-deps: has 300 characters, at most 100 are allowed$/,
  ],
  [
    "an option",
    { "one/element-deps": "--help\n" },
    /elements\/one\/element-deps: "--help" must be the name of an element/,
  ],
  [
    "a command",
    { "one/element-provides": "$(touch pwn)\n" },
    /elements\/one\/element-provides: "\$\(touch pwn\)" must be the name of an element/,
  ],
  ["a path", { "one/element-deps": "../two\n", "two/README": "" }, /elements\/one\/element-deps: "\.\.\/two" must be/],
  ["a comment", { "one/element-deps": "# mine\n" }, /elements\/one\/element-deps: "# mine" must be/],
  [
    "what a terminal acts on",
    { "one/element-deps": "\u001b[2J\u202ex\n" },
    /elements\/one\/element-deps: "\\u001b\[2J\\u202ex" must be/,
  ],
  ["a directory", { "one/element-deps/x": "" }, /elements\/one\/element-deps: is a directory/],
  [
    "the name of the program's own hooks",
    { "ironic-images/README": "" },
    /elements\/ironic-images: this program's own hooks have that name/,
  ],
];
for (const [what, files, expected] of dependencies)
  test(`fault 12: in the preview an element is refused for ${what}`, async (t) => {
    const mistakes = await mistakesOf(() => load(withElements(t, files)));
    assert.ok(
      mistakes.some((line) => expected.test(line)),
      mistakes.join("\n"),
    );
    for (const line of mistakes) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  });

test("fault 12: hooks of the same name are refused in the preview: of two own elements, and of an own one and the builder's", async (t) => {
  const projectDirectory = withElements(t, {
    "one/install.d/50-same": "",
    "two/install.d/50-same": "",
    // debootstrap, which debian-minimal brings in, has it too.
    "two/root.d/08-debootstrap": "",
  });
  assert.deepEqual(await mistakesOf(() => load(projectDirectory)), [
    "recipes/small.yaml:elements[1]: debootstrap and two both have root.d/08-debootstrap, and the builder stops at that: rename one of them",
    "recipes/small.yaml:elements[0]: one and two both have install.d/50-same, and the builder stops at that: rename one of them",
  ]);
});

test("fault 12: what another element provides is refused in the preview when it is listed too", async (t) => {
  const projectDirectory = withElements(t, { "one/element-provides": "dkms\n" }, ["one", "dkms"]);
  assert.deepEqual(await mistakesOf(() => load(projectDirectory)), [
    "recipes/small.yaml:elements[1]: dkms is what one provides already: leave it out",
  ]);
});

test("fault 12: an element that is listed twice is refused in the preview", async (t) => {
  const projectDirectory = withElements(t, { "one/README": "" }, ["one", "one"]);
  assert.deepEqual(await mistakesOf(() => load(projectDirectory)), [
    "recipes/small.yaml:elements[1]: one stands here twice: leave one out",
  ]);
});

test("fault 12: elements that need each other in a circle are each taken once, as the builder does", async (t) => {
  const projectDirectory = withElements(t, { "one/element-deps": "two\none\n", "two/element-deps": "one\n" }, ["one"]);
  const { userImages } = await load(projectDirectory);
  assert.equal(userImages.length, 1);
});

test("a link in elements/ is told to be one", async (t) => {
  const projectDirectory = project(t, { "recipes/small.yaml": recipe(["one"]), "elements/two/README": "" });
  symlinkSync("two", join(projectDirectory, "elements/one"));
  assert.deepEqual(await mistakesOf(() => load(projectDirectory)), [
    "recipes/small.yaml:elements[0]: elements/one is a link, and may lead anywhere: put the directory itself there",
  ]);
});

test("the elements of this project and of the tests have nothing to tell", () => {
  const repository = join(import.meta.dirname, "../../..");
  for (const directory of ["elements", "test/fixtures/elements", "core/build/hooks", "core/build/deploy-hooks"])
    for (const entry of globSync("*/", { cwd: join(repository, directory) }))
      assert.deepEqual(lintElement(join(repository, directory, entry), entry), { problems: [], warnings: [] });
});
