// The agent of our own deploy images writes every image of the stack local to a machine, which boots from its disk: minutes each.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { localImages, noteAcceptance, startAcceptance, type LocalImages } from "../support/acceptance.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { assertNoResidue } from "../support/residue.ts";

describe("a real Ironic deploys every image of the stack local onto machines, with deploy images of our own build", () => {
  let cloud: TestCloud;
  let local: LocalImages;

  before(async () => {
    cloud = await testCloud();
    local = await localImages(cloud.cloudsFile, "deploys");
    // What is missing is built.
    const up = await local.project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    await local.keep();
  });

  after(async () => {
    await local.project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await local.project.remove();
    await cloud.stop();
  });

  it("the partition image with grub2 and the whole-disk image boot to a login prompt, and nothing stays", async (t) => {
    const { project } = local;
    const { exitCode, stdout, stderr } = await startAcceptance(project, []);
    t.diagnostic(stdout);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /^my-image +partition +bios +passed \(\d+ s\) +\d+ s +\d+ s +accepted$/m);
    assert.match(stdout, /^my-whole-disk-image +whole-disk +bios +passed \(\d+ s\) +\d+ s +\d+ s +accepted$/m);
    await noteAcceptance("Both images of the stack local, for BIOS", project);
    await assertNoResidue(`${project.directory}/.local/acceptance`);
  });
});
