import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { execa } from "execa";
import { parse } from "yaml";
import { deployFingerprintInputs, fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadStack } from "../../core/recipe/load.ts";
import { takeWhatIsThere } from "../support/artifact-cache.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { pretendStarted } from "../support/started.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const keys = ["ironic-images:userImages", "ironic-images:deployImages"] as const;
const inFullTier = process.env["IRONIC_IMAGES_TEST_FULL"] === "1" ? it : () => undefined;

describe("a real Ironic and every image of the stack local", () => {
  let cloud: TestCloud;
  let project: TestProject;
  let missing: readonly string[] = [];

  before(async () => {
    cloud = await testCloud();
    project = await createProject(cloud.cloudsFile, "acceptance");
    await pretendStarted(project);
    for (const folder of ["recipes", "archives"])
      await cp(path.join(repository, folder), path.join(project.directory, folder), { recursive: true });
    const file = await readFile(path.join(repository, "stacks/Pulumi.local.yaml"), "utf8");
    const { config } = parse(file) as { config: Record<string, unknown> };
    await project.writeStack(Object.fromEntries(keys.map((key) => [key, config[key]])));
    missing = await missingArtifacts(project, config);
    if (missing.length > 0) return;
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  const acceptance = async (t: TestContext, args: readonly string[]) => {
    const command = ["tools/acceptance/main.ts", "--stack", "acceptance", ...args];
    const options = {
      cwd: project.directory,
      env: { ...project.environment },
      reject: false,
      stdin: "ignore",
    } as const;
    const { exitCode, stdout, stderr } = await execa(process.execPath, command, options);
    t.diagnostic(stdout);
    assert.equal(exitCode, 0, stdout + stderr);
    return stdout;
  };

  it("the quick part accepts all of them", async (t) => {
    if (missing.length > 0) return t.skip(`needs ${missing.join(", ")} of an earlier run, which other tests build`);
    const table = await acceptance(t, ["--quick"]);
    assert.match(table, /^my-image +partition +bios +passed .* accepted$/m);
    assert.match(table, /^my-whole-disk-image +whole-disk +bios +passed .* accepted$/m);
  });

  inFullTier(
    "the agent of our own deploy images writes each of them to a machine, which boots from its disk",
    async (t) => {
      if (missing.length > 0) return t.skip(`needs ${missing.join(", ")} of an earlier run, which other tests build`);
      const table = await acceptance(t, []);
      assert.match(table, /^my-image +partition +bios +passed \(\d+ s\) +\d+ s +\d+ s +accepted$/m);
      assert.match(table, /^my-whole-disk-image +whole-disk +bios +passed \(\d+ s\) +\d+ s +\d+ s +accepted$/m);
    },
  );
});

/** Names of what no run has built yet; the rest is in the project's store. */
async function missingArtifacts(project: TestProject, config: Readonly<Record<string, unknown>>): Promise<string[]> {
  const given = { userImages: config[keys[0]], deployImages: config[keys[1]] };
  const { directory } = project;
  const stack = await loadStack({ projectDirectory: directory, stack: "acceptance", config: given });
  const wanted = [
    ...stack.userImages.map(({ recipe, content }) => [recipe, fingerprintInputs(content, directory)] as const),
    ...stack.deployImages.map(({ key, content }) => [key, deployFingerprintInputs(content, directory)] as const),
  ];
  const missing: string[] = [];
  for (const [name, inputs] of wanted)
    if (!(await takeWhatIsThere(directory, name, fingerprint(inputs)))) missing.push(name);
  return missing;
}
