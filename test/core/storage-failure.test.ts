import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { storageFailure } from "../../core/storage-failure.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

function failureOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
}

test("a full disk is named by the directory, because the system names no path", () => {
  const failure = storageFailure(
    failureOf(() => appendFileSync("/dev/full", "x")),
    "/project/.images",
  );
  assert.match(
    (failure as Error).message,
    /^\/project\/\.images cannot be written: no space is left on its file system; free some and run again \(ENOSPC; [\d.]+ \w+ of [\d.]+ \w+ are free\)$/,
  );
});

test("a file in the place of a directory is named itself", (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, ".images"), "");
  const failure = storageFailure(
    failureOf(() => mkdirSync(join(directory, ".images/jobs"), { recursive: true })),
    directory,
  );
  assert.equal((failure as { code?: string }).code, "storage-failed");
  assert.match(
    (failure as Error).message,
    /\.images\/jobs cannot be written: the directory cannot be made; is there a file in its place\?/,
  );
});

test("any other error stays what it is", () => {
  const error = failureOf(() => JSON.parse("{"));
  assert.equal(storageFailure(error, "/project"), error);
});
