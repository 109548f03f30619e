import assert from "node:assert/strict";
import { test } from "node:test";
import { execa } from "execa";
import { shellCode, shellQuote } from "../../../tools/env/shell-code.ts";

const awkward = [
  "plain",
  "/a b/c",
  "it's",
  "$(touch x)",
  "`id`",
  '"q"',
  "back\\slash",
  "a;b&c|d",
  "new\nline",
  "*?[x]",
  "~",
  "-n",
  "",
  "ümläut",
  "a$HOME",
  "!!",
];

for (const shell of ["sh", "bash"]) {
  test(`${shell} takes over exactly what is set, whatever is in it`, async () => {
    const set = Object.fromEntries(awkward.map((value, index) => [`V${index}`, value]));
    const { stdout } = await execa(shell, ["-c", 'eval "$CODE"; env -0'], {
      env: { CODE: shellCode({ set, unset: ["GONE"] }, "/bin"), GONE: "1" },
      stripFinalNewline: false,
      stdin: "ignore",
    });
    const seen = new Map(
      stdout.split("\0").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    assert.deepEqual(
      awkward.map((_, index) => seen.get(`V${index}`)),
      awkward,
    );
    assert.ok(!seen.has("GONE"));
  });
}

for (const shell of ["sh", "bash"]) {
  for (const first of ["/plain/bin", "/a clone's [x]*/$HOME/bin"]) {
    test(`${shell} has ${first} first on its own PATH, once`, async () => {
      const code = shellCode({ set: { PATH: "/not/this" }, unset: [] }, first);
      const { stdout } = await execa(shell, ["-c", 'eval "$CODE"; eval "$CODE"; echo "$PATH"'], {
        env: { CODE: code, PATH: "/usr/bin:/bin" },
        extendEnv: false,
        stdin: "ignore",
      });
      assert.equal(stdout, `${first}:/usr/bin:/bin`);
    });
  }
}

test("simple words stay readable", () => assert.equal(shellQuote("/usr/bin:/bin"), "/usr/bin:/bin"));
