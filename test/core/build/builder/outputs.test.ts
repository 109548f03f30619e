import assert from "node:assert/strict";
import test from "node:test";
import { outputProblems, type OutputEntry } from "../../../../core/build/builder/outputs.ts";

const file = (name: string, size = 1): OutputEntry => ({ name, kind: "file", size });
const right = [
  file("a.qcow2"),
  file("a.vmlinuz"),
  file("a.initrd"),
  { name: "a.d", kind: "directory", size: 1 } as const,
];
const partition = { kind: "partition", diskFormat: "qcow2" } as const;

const cases: [string, OutputEntry[], string[]][] = [
  ["all there", right, []],
  ["nothing", [], ["a.qcow2 is missing", "a.vmlinuz is missing", "a.initrd is missing"]],
  [
    "an empty kernel",
    [...right.filter(({ name }) => name !== "a.vmlinuz"), file("a.vmlinuz", 0)],
    ["a.vmlinuz is empty"],
  ],
  [
    "a link for an image",
    [{ name: "a.qcow2", kind: "other", size: 9 }, ...right.slice(1)],
    ["a.qcow2 is no regular file"],
  ],
  ["two kernels", [...right, file("a.vmlinuz.old")], ["a.vmlinuz.old was not expected"]],
  [
    "the renamed image of an earlier run",
    [...right, file("a-2026.01.01-00.00.00.qcow2")],
    ["a-2026.01.01-00.00.00.qcow2 was not expected"],
  ],
  ["a file in the manifests' place", [...right.slice(0, 3), file("a.d")], ["a.d was not expected"]],
];
for (const [title, entries, problems] of cases) {
  test(`outputs of a partition image: ${title}`, () =>
    assert.deepEqual(outputProblems(entries, "a", partition), problems));
}

test("a whole-disk image has no kernel", () => {
  assert.deepEqual(outputProblems([file("a.raw"), file("a.vmlinuz")], "a", { kind: "whole-disk", diskFormat: "raw" }), [
    "a.vmlinuz was not expected",
  ]);
});
