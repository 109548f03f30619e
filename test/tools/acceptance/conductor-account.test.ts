import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { conductorAccount } from "../../../tools/acceptance/conductor-account.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const entry = `
    auth: { auth_url: "http://127.0.0.1:5000/v3", username: ironic, password: p, project_name: service, user_domain_id: default, project_domain_id: default }`;

function placeWith(t: TestContext, name: string) {
  const directory = temporaryDirectory(t);
  const file = join(directory, "clouds.yaml");
  writeFileSync(file, `clouds:\n  ${name}:${entry}\n`);
  return { directory, env: { OS_CLIENT_CONFIG_FILE: file } };
}

test("the conductor's account is an entry of the stack's clouds.yaml, in the stack's region", async (t) => {
  const cloud = await conductorAccount("ironic", "north", placeWith(t, "ironic"));
  assert.equal(cloud.authUrl, "http://127.0.0.1:5000/v3");
  assert.equal(cloud.region, "north");
});

test("without it the message names the entry and the option", async (t) => {
  await assert.rejects(conductorAccount("ironic", undefined, placeWith(t, "prod")), {
    code: "no-conductor",
    message: /no entry ironic.*--conductor/,
  });
});
