import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { treeDigest, treeEntries } from "../../../core/recipe/element-tree.ts";
import { imageElements, projectElements } from "../../../core/recipe/elements.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { project } from "./project.ts";

const tree = { "install.d/50-mine": "#!/bin/bash\n", "element-deps": "dkms\n", "static/etc/motd": "hello\n" };

test("a tree's digest is the same elsewhere, later, and with other write bits of its owner's group", (t) => {
  const one = project(t, tree);
  const other = join(temporaryDirectory(t), "a b", "c");
  cpSync(one, other, { recursive: true });
  chmodSync(join(other, "element-deps"), 0o664);
  utimesSync(join(other, "element-deps"), 0, 0);
  mkdirSync(join(other, "empty"), { mode: 0o755 });
  assert.equal(treeDigest(other), treeDigest(one));
});

const changes: readonly (readonly [string, (directory: string) => void])[] = [
  ["content", (d) => writeFileSync(join(d, "element-deps"), "dkms\n\n")],
  ["the executable bit", (d) => chmodSync(join(d, "install.d/50-mine"), 0o755)],
  ["a further file", (d) => writeFileSync(join(d, "README"), "", { mode: 0o644 })],
  ["a link", (d) => symlinkSync("element-deps", join(d, "link"))],
  ["a file's name", (d) => cpSync(join(d, "element-deps"), join(d, "element-dep"))],
];

for (const [what, change] of changes) {
  test(`${what} changes a tree's digest`, (t) => {
    const directory = project(t, tree);
    const before = treeDigest(directory);
    change(directory);
    assert.notEqual(treeDigest(directory), before);
  });
}

test("a file's content cannot pass for another file", (t) => {
  assert.notEqual(treeDigest(project(t, { a: "x", b: "y" })), treeDigest(project(t, { a: "x\nb: y" })));
});

test("entries are sorted by code unit, files and links told apart", (t) => {
  const directory = project(t, { b: "", B: "", "a/z": "", "a.b": "" });
  chmodSync(join(directory, "b"), 0o755);
  symlinkSync("../b", join(directory, "a/link"));
  assert.deepEqual(treeEntries(directory), [
    { path: "B", executable: false },
    { path: "a.b", executable: false },
    { path: "a/link", link: "../b", executable: false },
    { path: "a/z", executable: false },
    { path: "b", executable: true },
  ]);
});

const refused: readonly (readonly [string, (directory: string) => void, RegExp])[] = [
  [
    "a link to the host",
    (d) => symlinkSync("/etc/passwd", join(d, "link")),
    /link: this link leads out of its element/,
  ],
  ["a link to a neighbour", (d) => symlinkSync("../other/file", join(d, "link")), /leads out of its element/],
  [
    "a link that comes back in",
    (d) => symlinkSync("install.d/../../x/element-deps", join(d, "link")),
    /leads out of its element/,
  ],
  [
    "a file that everybody may write",
    (d) => chmodSync(join(d, "element-deps"), 0o646),
    /element-deps: everybody may write it.*chmod o-w/,
  ],
  ["being writable by everybody itself", (d) => chmodSync(d, 0o777), /everybody may write it/],
  [
    "a name that is not UTF-8",
    (d) => writeFileSync(Buffer.concat([Buffer.from(`${d}/`), Buffer.from([0xff])]), ""),
    /its name is not UTF-8/,
  ],
  [
    "a directory that everybody may write",
    (d) => chmodSync(join(d, "install.d"), 0o777),
    /install\.d: everybody may write it/,
  ],
];

for (const [what, change, message] of refused) {
  test(`a tree is refused for ${what}`, (t) => {
    const directory = project(t, tree);
    change(directory);
    assert.throws(
      () => treeDigest(directory),
      (error: Error & { code?: string }) => error.code === "unsafe-element" && message.test(error.message),
    );
  });
}

test("a tree is refused for a socket", async (t) => {
  const directory = project(t, tree);
  const server = createServer().listen(join(directory, "socket"));
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  assert.throws(() => treeDigest(directory), /socket: neither a file, a directory nor a link/);
});

test("an image uses the project's elements that it lists, and those that they bring in", (t) => {
  const projectDirectory = project(t, {
    "elements/mine/element-deps": "dkms\nhelper\n",
    "elements/helper/element-deps": "mine\n",
    "elements/unused/README": "",
    // In place of the builder's own, which `debian` brings in.
    "elements/debootstrap/element-deps": "dib-init-system\n",
  });
  const choice = { kind: "partition", distribution: "debian", elements: ["mine"], bootloader: "grub2" } as const;
  assert.deepEqual(projectElements(projectDirectory, choice), ["debootstrap", "helper", "mine"]);
  assert.deepEqual(projectElements(projectDirectory, { ...choice, distribution: "fedora", elements: [] }), []);
});

test("a link in elements/ is no element", (t) => {
  const projectDirectory = project(t, { "elsewhere/mine/README": "", "elements/README": "" });
  symlinkSync("../elsewhere/mine", join(projectDirectory, "elements/mine"));
  assert.deepEqual(
    projectElements(projectDirectory, { kind: "partition", distribution: "debian", elements: ["mine"] }),
    [],
  );
});

test("what a link out of an element leads to is not read: its lines would be shown", (t) => {
  const projectDirectory = project(t, { secret: "a-secret\n", "elements/mine/README": "" });
  symlinkSync("../../secret", join(projectDirectory, "elements/mine/element-deps"));
  const { missing } = imageElements(projectDirectory, {
    kind: "partition",
    distribution: "debian",
    elements: ["mine"],
  });
  assert.deepEqual(missing, []);
});
