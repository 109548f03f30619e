import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { parse } from "yaml";
import {
  ignoredCloudsNote,
  linkedCommands,
  requireStarted,
  stackEnvironment,
  stackProcessEnvironment,
} from "../../tools/environment.ts";
import { localPaths, projectDirectory } from "../../tools/paths.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const project = "/pro ject#1";
const own = {
  PATH: "/usr/bin",
  PULUMI_BACKEND_URL: "s3://mine",
  PULUMI_HOME: "/home/me/.pulumi",
  OS_CLOUD: "prod",
  OS_PASSWORD: "x",
  OS_CLIENT_CONFIG_FILE: "/mine.yaml",
  PULUMI_CONFIG_PASSPHRASE_FILE: "/p",
};

test("local has its own cloud, backend and passphrase, and nothing of another cloud", () => {
  const { set, unset } = stackEnvironment("local", own, project);
  assert.equal(set["PATH"], "/pro ject#1/.local/bin:/usr/bin");
  assert.equal(set["PULUMI_HOME"], "/pro ject#1/.local/pulumi");
  assert.equal(set["PULUMI_BACKEND_URL"], pathToFileURL("/pro ject#1/.local/state").href);
  assert.equal(set["OS_CLIENT_CONFIG_FILE"], "/pro ject#1/.local/cloud/clouds.yaml");
  assert.equal(set["PULUMI_CONFIG_PASSPHRASE"], "local");
  assert.deepEqual(unset, ["OS_CLOUD", "OS_PASSWORD", "PULUMI_CONFIG_PASSPHRASE_FILE"]);
});

test("another stack keeps the user's backend, PULUMI_HOME, cloud and passphrase", () => {
  const { set, unset } = stackEnvironment("prod", own, project);
  assert.equal(set["PULUMI_BACKEND_URL"], "s3://mine");
  assert.equal(set["PULUMI_STACK"], "prod");
  assert.equal(set["PULUMI_HOME"], "/home/me/.pulumi");
  assert.ok(!("OS_CLIENT_CONFIG_FILE" in set) && !("PULUMI_CONFIG_PASSPHRASE" in set));
  assert.deepEqual(unset, []);
});

test("another stack without a backend of the user's has the project's", () => {
  const { set } = stackEnvironment("prod", { PATH: "/usr/bin" }, project);
  assert.equal(set["PULUMI_BACKEND_URL"], pathToFileURL("/pro ject#1/.local/state").href);
  assert.equal(set["PULUMI_HOME"], "/pro ject#1/.local/pulumi");
});

test("another stack in a shell that had local loses local's cloud and passphrase, and keeps the user's", () => {
  const { unset } = stackEnvironment(
    "prod",
    { ...stackProcessEnvironment("local", { PATH: "/usr/bin" }, project), OS_CLOUD: "prod" },
    project,
  );
  assert.deepEqual(unset, ["OS_CLIENT_CONFIG_FILE", "PULUMI_CONFIG_PASSPHRASE"]);
});

test("taking it over twice changes nothing more", () => {
  const once = stackProcessEnvironment("local", own, project);
  assert.deepEqual(stackProcessEnvironment("local", once, project), once);
});

test("what npm start has not made is missed", (t) => {
  const place = temporaryDirectory(t);
  const { bin, state, cloud } = localPaths(place);
  assert.throws(() => requireStarted("prod", place), { code: "not-started", message: /npm start/ });
  for (const directory of [bin, state, cloud]) mkdirSync(directory, { recursive: true });
  for (const name of linkedCommands) writeFileSync(join(bin, name), "");
  requireStarted("prod", place);
  assert.throws(() => requireStarted("local", place), { code: "not-started" });
  writeFileSync(join(cloud, "clouds.yaml"), "");
  requireStarted("local", place);
});

test("the file of stack local has a salt, so that Pulumi never writes one", () => {
  const stack = parse(readFileSync(join(projectDirectory, "stacks/Pulumi.local.yaml"), "utf8")) as Record<
    string,
    unknown
  >;
  assert.match(String(stack["encryptionsalt"]), /^v1:/);
});

test("what Node compiled is kept in the user's cache, or where the user has it", () => {
  const kept = (environment: NodeJS.ProcessEnv) => stackEnvironment("prod", environment, project).set;
  assert.equal(kept({ IRONIC_IMAGES_CACHE: "/cache" })["NODE_COMPILE_CACHE"], "/cache/node-compile");
  assert.equal(kept({ NODE_COMPILE_CACHE: "/mine" })["NODE_COMPILE_CACHE"], "/mine");
});

test("that the local cloud's clouds.yaml is ignored for another stack is said, and nothing else", () => {
  const ofLocal = { OS_CLIENT_CONFIG_FILE: "/p/.local/cloud/clouds.yaml" };
  assert.match(ignoredCloudsNote("prod", ofLocal, "/p") ?? "", /OS_CLIENT_CONFIG_FILE is ignored.*\/p\/\.local\/cloud/);
  assert.equal(ignoredCloudsNote("local", ofLocal, "/p"), undefined);
  assert.equal(ignoredCloudsNote("prod", { OS_CLIENT_CONFIG_FILE: "/mine.yaml" }, "/p"), undefined);
  assert.equal(ignoredCloudsNote("prod", {}, "/p"), undefined);
});
