import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { archiveProblem, checkArchive, packConstraints } from "../../../../core/build/sources/source-archive.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

for (const [use, entries, expected] of [
  ["agent", ["a-1/", "a-1/setup.py", "a-1/sub/", "a-1/sub/x"], undefined],
  ["agent", ["./", "./a/", "./a/pyproject.toml"], undefined],
  ["agent", ["setup.py"], /holds no directory with a Python project/],
  ["agent", ["a/b/setup.py"], /holds no directory with a Python project/],
  ["simpleInit", ["a/setup.cfg", "b/x"], /holds a, b, and it has to be one directory/],
  ["requirements", ["r/", "r/upper-constraints.txt"], undefined],
  ["requirements", ["upper-constraints.txt"], /holds no directory with upper-constraints\.txt/],
  ["requirements", ["r/", "r/upper-constraints.txt.old"], /holds no directory with upper-constraints\.txt/],
  ["wheels", ["a.whl", "deeper/b.whl", "notes.txt"], undefined],
  ["wheels", ["a-1.0.tar.gz"], /holds no wheels/],
] as const) {
  test(`an archive of ${use} with ${entries.join(" ")} ${expected === undefined ? "is taken" : "is refused"}`, () => {
    const problem = archiveProblem(entries, use);
    if (expected === undefined) assert.equal(problem, undefined);
    else assert.match(problem ?? "", expected);
  });
}

async function tree(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = temporaryDirectory(t);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

const shown = "what agent names, archives/a.tar.gz,";

test("only a .tar.gz is taken, whatever its name", async (t) => {
  const directory = await tree(t, { "a/setup.py": "", cut: "\x1f\x8bnothing" });
  const pack = (option: string, name: string) =>
    execa("tar", ["--create", option, "--file", join(directory, name), "-C", directory, "a"]);
  await pack("--gzip", "right.zip");
  await checkArchive(join(directory, "right.zip"), "agent", shown);
  await pack("--bzip2", "wrong.tar.gz");
  await assert.rejects(checkArchive(join(directory, "wrong.tar.gz"), "agent", shown), {
    code: "source-archive-wrong",
    message: /^what agent names, archives\/a\.tar\.gz, is no \.tar\.gz/,
  });
  writeFileSync(join(directory, "cut"), Buffer.from([0x1f, 0x8b, 8, 0, 1]));
  await assert.rejects(checkArchive(join(directory, "cut"), "agent", shown), {
    message: /cannot be read as a \.tar\.gz/,
  });
  await assert.rejects(checkArchive(join(directory, "right.zip"), "requirements", shown), {
    message: /holds no directory with upper-constraints\.txt/,
  });
});

test("a plain file of constraints becomes an archive that the builder takes", async (t) => {
  const directory = await tree(t, { "constraints.txt": "pbr==7.1.3\n" });
  const archive = join(directory, "packed");
  await packConstraints(join(directory, "constraints.txt"), archive, directory);
  await checkArchive(archive, "requirements", shown);
  const { stdout } = await execa("tar", ["-xzOf", archive, "requirements/upper-constraints.txt"]);
  assert.equal(stdout, "pbr==7.1.3");
});
