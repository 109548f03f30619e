import assert from "node:assert/strict";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { execaSync } from "execa";
import { checkCaBundle } from "../../../../core/build/sources/ca-bundle.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const wrong: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ["that is not there", () => undefined, /cannot be read/],
  ["that is a directory", (file) => mkdirSync(file), /is no file/],
  ["that is a FIFO, which nobody writes", (file) => execaSync("mkfifo", [file]), /is no file/],
  [
    "of a GiB",
    (file) => {
      writeFileSync(file, "");
      truncateSync(file, 2 ** 30);
    },
    /is too large/,
  ],
];

for (const [what, make, expected] of wrong)
  test(`a file of CA certificates ${what} is refused with the key that names it`, async (t) => {
    const file = join(temporaryDirectory(t), "ca\n.pem");
    make(file);
    await assert.rejects(checkCaBundle(file), (error: Error & { code?: string }) => {
      assert.equal(error.code, "ca-bundle-unusable");
      assert.match(error.message, expected);
      assert.match(error.message, /ironic-images:build\.caBundle.*SSL_CERT_FILE/);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  });

test("a file of CA certificates is taken wherever it is", async (t) => {
  const file = join(temporaryDirectory(t), "my ca; $(x).pem");
  writeFileSync(file, "x");
  await checkCaBundle(file);
});
