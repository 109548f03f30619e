import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { secretForms } from "../../core/build/secrets/secret-forms.ts";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { withMountedImage } from "../support/mounted-image.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { filesWithSecrets, hasSecret, watchForSecrets } from "../support/secrets.ts";

const skip = cannotBuild() ?? false;
const token = `tok'en $(x) "0123"==/+`;
const forms = secretForms(token);
const key = "ironic-images:secretEnvironment.AGENT_TOKEN";

describe("an image that is built with a secret of its stack, on the real engine", { skip }, () => {
  let cloud: TestCloud;
  let project: TestProject;

  before(async () => {
    cloud = await testCloud();
    project = await createProject(cloud.cloudsFile, "secrets");
    await project.addElement("tiny");
    await project.writeElement("agent", {
      // Its length tells that it arrived whole; then it is as careless as elements are.
      "install.d/60-agent": `#!/bin/bash\nset -eux\n[ \${#AGENT_TOKEN} = ${token.length} ]\nexport -p\nsleep 0.5\n`,
    });
    await project.writeRecipe("agent", { ...tinyWholeDisk, elements: ["agent"], secretEnvironment: ["AGENT_TOKEN"] });
    await project.writeStack({ "ironic-images:userImages": { "my-image": { recipe: "agent" } } });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  const give = (value: string): Promise<unknown> =>
    execa("pulumi", ["config", "set", "--secret", "--path", key, "--stack", project.stack], {
      cwd: project.directory,
      env: project.environment,
      input: value,
    });

  it("is refused in the preview while there is no value of it", async () => {
    const without = await project.pulumi(["preview"]);
    assert.notEqual(without.exitCode, 0);
    assert.match(
      without.stdout,
      /Pulumi\.secrets\.yaml:userImages\.my-image: needs the secret AGENT_TOKEN, .* pulumi config set --secret --path 'ironic-images:secretEnvironment\.AGENT_TOKEN'/,
    );
  });

  it("fault 54: builds it; the secret is in no argument, no environment but that of hooks and of the program, no output, no state, no log, no record, and not in the image", async () => {
    await give(token);
    const watcher = watchForSecrets(forms);
    const up = await project.pulumi(["up", "--yes", "--diff"]);
    const seen = watcher.stop();
    assert.equal(up.exitCode, 0, up.stdout + up.stderr);
    assert.deepEqual(seen.inArguments, []);
    // Pulumi gives a program its configuration in PULUMI_CONFIG.
    assert.deepEqual(
      seen.inEnvironments.filter((words) => !words.includes("@pulumi/pulumi/cmd/run")),
      [],
    );
    assert.ok(seen.inSandbox > 0, "the hooks had it");

    assert.ok(!hasSecret(up.stdout + up.stderr, forms));
    const exported = await project.pulumi(["stack", "export"]);
    assert.match(exported.stdout, /"secretEnvironment": \[\s*"AGENT_TOKEN"\s*\]/);
    assert.match(exported.stdout, /"secretStack": "secrets"/);
    assert.ok(!hasSecret(exported.stdout, forms));
    // The backend with its history, the engine's event log, the stack's file, and all of the project with its artifact.
    assert.deepEqual(await filesWithSecrets(project.scratch, forms), []);
    assert.match(
      readFileSync(path.join(project.directory, "stacks/Pulumi.secrets.yaml"), "utf8"),
      /AGENT_TOKEN:\s+secure: /,
    );

    const [artifact = ""] = readdirSync(path.join(project.directory, ".images/artifacts")).filter(
      (name) => name[0] !== ".",
    );
    const directory = path.join(project.directory, ".images/artifacts", artifact);
    const log = readFileSync(path.join(directory, "build.log"), "utf8");
    assert.match(log, /declare -x AGENT_TOKEN="\*\*\*"/);
    const record = JSON.parse(readFileSync(path.join(directory, "artifact.json"), "utf8")) as { inputs: object };
    assert.deepEqual({ ...record.inputs, secretEnvironment: ["AGENT_TOKEN"], secretStack: "secrets" }, record.inputs);
    const [file = ""] = readdirSync(directory).filter((name) => /\.(qcow2|raw)$/.test(name));
    const format = file.endsWith("raw") ? "raw" : "qcow2";
    await withMountedImage({ path: path.join(directory, file), format, kind: "whole-disk" }, async (root, disk) => {
      assert.deepEqual(await filesWithSecrets(root, forms), []);
      const { exitCode } = await execa("grep", ["-qaF", token, disk], { reject: false });
      assert.equal(exitCode, 1, "nor anywhere else on the disk");
    });
  });

  it("stays as it is with another value: that takes another revision", async () => {
    await give("another-value-0123");
    const preview = await project.pulumi(["preview"]);
    assert.equal(preview.exitCode, 0, preview.stdout);
    assert.deepEqual(
      preview.steps.filter(({ op }) => op !== "same"),
      [],
    );
  });
});
