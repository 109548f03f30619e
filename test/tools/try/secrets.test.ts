import assert from "node:assert/strict";
import { test } from "node:test";
import { recipeJob } from "../../../tools/try/build.ts";
import { project } from "../../core/recipe/project.ts";

test("a recipe with secrets is not tried without a stack", (t) => {
  const recipe = "kind: partition\ndistribution: debian-minimal\nrelease: trixie\n";
  const directory = project(t, {
    "recipes/plain.yaml": recipe,
    "recipes/secret.yaml": `${recipe}secretEnvironment: [AGENT_TOKEN]\n`,
  });
  assert.equal(recipeJob(directory, "plain").job.name, "plain");
  assert.throws(() => recipeJob(directory, "secret"), { code: "secret-missing", message: /stack \(AGENT_TOKEN\)/ });
});
