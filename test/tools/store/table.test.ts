import assert from "node:assert/strict";
import { test } from "node:test";
import { artifactTable } from "../../../tools/store/table.ts";
import { unpublished } from "../../core/artifacts/samples.ts";

test("artifacts are listed with path, size of all files, build and age", () => {
  const file = {
    name: "my-image.raw",
    size: 3 * 1024 * 1024,
    sha256: "1".repeat(64),
    sha512: "2".repeat(128),
    format: "raw",
    virtualSize: 1,
  } as const;
  const record = {
    ...unpublished(),
    files: { image: file, kernel: { ...file, format: "aki", size: 1 } },
    buildId: "b".repeat(64),
  } as const;
  assert.equal(
    artifactTable([record]),
    [
      "ARTIFACT                                 SIZE   BUILD         BUILT AT",
      ".images/artifacts/my-image-a1a1a1a1a1a1  4 MiB  bbbbbbbbbbbb  2025-01-02T03:04:05Z",
    ].join("\n"),
  );
});

test("an empty store says how to fill it", () => {
  assert.equal(artifactTable([]), "No artifacts yet: npm start builds some.");
});
