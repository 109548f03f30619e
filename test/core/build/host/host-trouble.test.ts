import assert from "node:assert/strict";
import test from "node:test";
import { oomKills, watchForTrouble } from "../../../../core/build/host/host-trouble.ts";
import { printable } from "../../../../core/build/output/printable.ts";

const mib = 2 ** 20;
const places = [
  { what: "the build directory", path: "/b", expected: 3 * 2 ** 30 },
  { what: "the cache", path: "/c" },
];

/** What is said of a build with these lines on a machine with so many MiB free, and so many kills meanwhile. */
function causes(lines: readonly string[], free: Readonly<Record<string, number>>, kills = 0): string[] {
  let counted = 0;
  const trouble = watchForTrouble(places, {
    roomAt: (path) => ({ device: 1, free: (free[path] ?? 0) * mib, size: 64 * mib, noInodes: false }),
    oomKills: () => kills * counted++,
  });
  for (const line of lines) trouble.line(line);
  return trouble.causes();
}

const full = "tar: write error: No space left on device";
const killed = "/tmp/in_target.d/install.d/50-x: line 3:    71 Killed                  dpkg --configure -a";
const cases: [string, ReturnType<typeof causes>, RegExp[]][] = [
  ["nothing", causes(["all is well"], { "/b": 9, "/c": 9 }, 3), []],
  [
    "a full build directory, with what the last build took there",
    causes([full], { "/b": 0, "/c": 60 }),
    [
      /^no space was left in the build directory \/b, where 0 bytes of 64\.0 MiB are free and the last build took 3\.0 GiB; free some$/,
    ],
  ],
  [
    "a full cache",
    causes([full], { "/b": 60, "/c": 1 }),
    [/^no space was left in the cache \/c, where 1\.0 MiB of 64\.0 MiB are free; free some$/],
  ],
  [
    "an image that is too small, on a host with room",
    causes([full], { "/b": 60, "/c": 60 }),
    [/^no space was left on a file system of the image itself .*DIB_IMAGE_SIZE/],
  ],
  ["a hook that somebody killed", causes([killed], {}), []],
  [
    "a hook that the kernel killed",
    causes([killed], {}, 1),
    [/^the kernel killed a process for lack of memory while it ran; build fewer/],
  ],
  ["memory that was refused", causes(["fork: Cannot allocate memory"], {}), [/^a program got no memory \(ENOMEM\)$/]],
];
for (const [title, said, expected] of cases) {
  test(`of a failed build is said: ${title}`, () => {
    assert.equal(said.length, expected.length, said.join("\n"));
    for (const [index, pattern] of expected.entries()) assert.match(said[index] ?? "", pattern);
  });
}

test("this kernel counts what it kills for lack of memory", (t) => {
  if (process.platform !== "linux") return t.skip("needs Linux");
  assert.equal(typeof oomKills(), "number");
});

test("what a hook prints is shown without what a terminal obeys, and as whole characters", () => {
  assert.equal(
    printable("a\tb\r\n\u001b]0;title\u0007\u001b[2J \u202egnp.exe \ud83d x\u009b"),
    "a\tb\n\ufffd]0;title\ufffd\ufffd[2J \ufffdgnp.exe \ufffd x\ufffd",
  );
});
