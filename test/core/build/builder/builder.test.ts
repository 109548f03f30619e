import assert from "node:assert/strict";
import test from "node:test";
import { baseImageName } from "../../../../core/build/builder/build-directory.ts";
import { pythonOf } from "../../../../core/build/builder/builder.ts";

const scripts: [string, string, string | undefined][] = [
  ["an ordinary one", "#!/opt/venv/bin/python3.11\nimport sys\n", "/opt/venv/bin/python3.11"],
  [
    "one of pip below a path with spaces",
    "#!/bin/sh\n'''exec' \"/my tools/bin/python\" \"$0\" \"$@\"\n' '''\n",
    "/my tools/bin/python",
  ],
  [
    "one of pip below a long path",
    "#!/bin/sh\n'''exec' /a/long/path/bin/python3 \"$0\" \"$@\"\n' '''\n",
    "/a/long/path/bin/python3",
  ],
  ["a shell script", "#!/bin/bash\necho hi\n", undefined],
];
for (const [title, script, python] of scripts) {
  test(`the Python of an installed script: ${title}`, () => assert.equal(pythonOf(script), python));
}

test("a base image keeps its extension in the sandbox and loses what diskimage-builder cannot read", () => {
  assert.equal(baseImageName("/c/my base'image.squashfs"), "my_base_image.squashfs");
  assert.equal(baseImageName("/c/-x.qcow2"), "_x.qcow2");
});
