import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { differences, listTree, unexplained } from "./compared-trees.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const changes: [string, (tree: string) => void, string, unknown][] = [
  ["a mode", (tree) => chmodSync(join(tree, "d/file"), 0o600), "/d/file", ["mode"]],
  ["a content of the same size", (tree) => writeFileSync(join(tree, "d/file"), "b\n"), "/d/file", ["content"]],
  ["a size", (tree) => writeFileSync(join(tree, "d/file"), "bb\n"), "/d/file", ["size", "content"]],
  ["a file more", (tree) => writeFileSync(join(tree, "d/new name"), ""), "/d/new name", "only ours"],
  ["a file less", (tree) => rmSync(join(tree, "d/file")), "/d/file", "only plain"],
  ["an empty directory more", (tree) => mkdirSync(join(tree, "e")), "/e", "only ours"],
  [
    "a link elsewhere",
    (tree) => {
      rmSync(join(tree, "link"));
      symlinkSync("/etc", join(tree, "link"));
    },
    "/link",
    ["target"],
  ],
  [
    "a link in place of a file",
    (tree) => {
      rmSync(join(tree, "d/file"));
      symlinkSync("file", join(tree, "d/file"));
    },
    "/d/file",
    ["type", "mode", "size", "target", "content"],
  ],
];

for (const [what, change, path, expected] of changes) {
  test(`${what} is a difference of two trees, and the only one`, async (t) => {
    const [plain, ours] = [temporaryDirectory(t), temporaryDirectory(t)];
    for (const tree of [plain, ours]) {
      mkdirSync(join(tree, "d"));
      writeFileSync(join(tree, "d/file"), "a\n");
      symlinkSync("/nowhere", join(tree, "link"));
    }
    change(ours);
    const found = differences(await listTree(plain), await listTree(ours));
    assert.deepEqual(found, [{ path, what: expected }]);
  });
}

test("a rule explains what it names, and no more of it", () => {
  const rules = [
    { path: /^\/a$/, may: ["content"] as const, why: "" },
    { path: /^\/b$/, may: "only ours" as const, why: "" },
  ];
  const explained = [
    { path: "/a", what: ["content"] },
    { path: "/b", what: "only ours" },
  ] as const;
  const others = [
    { path: "/a", what: ["mode", "content"] },
    { path: "/a", what: "only ours" },
    { path: "/b", what: "only plain" },
    { path: "/b", what: ["content"] },
    { path: "/ab", what: ["content"] },
  ] as const;
  assert.deepEqual(unexplained([...explained, ...others], rules), others);
});
