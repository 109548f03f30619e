import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPython, findPython } from "../../../tools/python/interpreter.ts";

for (const [output, code] of [
  ["/usr/bin/python3\n3.11.2", undefined],
  ["/usr/bin/python3\n3.14.0\n", undefined],
  ["/usr/bin/python3\n3.9.2", "python-too-old"],
  ["/usr/bin/python3\n2.7.18", "python-too-old"],
  ["", "python-too-old"],
] as const) {
  test(`a Python that answers ${JSON.stringify(output)} is ${code ?? "taken"}`, () => {
    if (code === undefined) assert.equal(checkPython(output).executable, "/usr/bin/python3");
    else assert.throws(() => checkPython(output), { code });
  });
}

test("the Python of this machine is found", async () => {
  assert.match((await findPython()).executable, /^\//);
});

test("without python3 on PATH it says what to install", async () => {
  await assert.rejects(findPython({ PATH: "/nonexistent" }), {
    code: "python-missing",
    message: /python3 is not on this machine.*python3-venv/,
  });
});
