import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { publishCommand, requireStackFile, stackNames } from "../../tools/stacks.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const repository = resolve(import.meta.dirname, "../..");

test("the stacks are those that have a file, without the one that is there to be copied", (t) => {
  const project = temporaryDirectory(t);
  assert.deepEqual(stackNames(project), []);
  mkdirSync(join(project, "stacks"));
  for (const name of ["Pulumi.prod.yaml", "Pulumi.local.yaml", "Pulumi.example.yaml", "notes.yaml"])
    writeFileSync(join(project, "stacks", name), "");
  assert.deepEqual(stackNames(project), ["local", "prod"]);
  for (const known of ["prod", "organization/ironic-images/prod"]) requireStackFile(known, project);
  assert.throws(() => requireStackFile("typo", project), {
    code: "unknown-stack",
    message: /no stacks\/Pulumi\.typo\.yaml; stacks: local, prod \(/,
  });
});

test("npm start publishes the stack local, and pulumi up any other", () => {
  assert.deepEqual(["local", "prod"].map(publishCommand), ["`npm start`", "`pulumi up --stack prod`"]);
});

for (const command of ["ids", "env", "acceptance"]) {
  test(`${command} with an unknown option says how it is called, and exits with 2`, async () => {
    const main = join(repository, "tools", command, "main.ts");
    const { exitCode, stdout, stderr } = await execa(process.execPath, [main, "--nosuch"], { reject: false });
    assert.deepEqual([exitCode, stdout], [2, ""]);
    assert.match(stderr, new RegExp(`Unknown option '--nosuch'[^]*npm run (-s )?${command} ?\\[`));
  });
}
