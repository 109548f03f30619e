import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { localImages, startAcceptance, type LocalImages } from "../support/acceptance.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";

describe("a real Ironic and every image of the stack local, without machines", () => {
  let cloud: TestCloud;
  let local: LocalImages;

  before(async () => {
    cloud = await testCloud();
    local = await localImages(cloud.cloudsFile, "acceptance");
    if (local.missing.length > 0) return;
    const up = await local.project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
  });

  after(async () => {
    await local.project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await local.project.remove();
    await cloud.stop();
  });

  it("the quick part accepts all of them", async (t) => {
    const { project, missing } = local;
    if (missing.length > 0) return t.skip(`needs ${missing.join(", ")} of an earlier run, which other tests build`);
    const { exitCode, stdout, stderr } = await startAcceptance(project, ["--quick"]);
    t.diagnostic(stdout);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /^my-image +partition +bios +passed .* accepted$/m);
    assert.match(stdout, /^my-whole-disk-image +whole-disk +bios +passed .* accepted$/m);
  });
});
