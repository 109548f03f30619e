import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { requireArtifact } from "../../../core/artifacts/require-artifact.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { stage, unpublished } from "./samples.ts";

const rebuild = "pulumi up --replace 'urn'";

async function published(t: TestContext) {
  const project = temporaryDirectory(t);
  const store = openStore(project);
  const record = await store.publish(stage(project), unpublished());
  return { store, record, wanted: { name: record.name, fingerprint: record.fingerprint, buildId: record.buildId } };
}

function refused(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof IronicImagesError);
    assert.equal(error.code, code);
    assert.match(error.details, /npm run store -- import/);
    assert.ok(error.details.includes(rebuild), "both ways out are named");
    return true;
  };
}

test("the very bytes of the state are let through", async (t) => {
  const { store, record, wanted } = await published(t);
  assert.deepEqual(await requireArtifact(store, wanted, rebuild), record);
});

test("an artifact that is not here is refused with the two ways out", async (t) => {
  const { store, record, wanted } = await published(t);
  rmSync(store.directory(record), { recursive: true });
  await assert.rejects(requireArtifact(store, wanted, rebuild), refused("artifact-missing"));
});

test("another build of the same recipe is refused: kernel and image of two builds must not be mixed", async (t) => {
  const { store, wanted } = await published(t);
  await assert.rejects(
    requireArtifact(store, { ...wanted, buildId: "0".repeat(64) }, rebuild),
    refused("artifact-differs"),
  );
});

test("bytes that changed are not uploaded", async (t) => {
  const { store, record, wanted } = await published(t);
  const kernel = path.join(store.directory(record), record.files.kernel?.name ?? "");
  writeFileSync(kernel, readFileSync(kernel, "utf8").toUpperCase());
  await assert.rejects(requireArtifact(store, wanted, rebuild), refused("artifact-missing"));
});
