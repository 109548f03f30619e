import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync, truncateSync } from "node:fs";
import { join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { openStore } from "../../../core/artifacts/store.ts";
import { stage, unpublished } from "../../core/artifacts/samples.ts";
import { projectDirectory } from "../../core/artifacts/support.ts";

const repository = resolve(import.meta.dirname, "../../..");

/** The command in a project of its own, with one artifact. */
async function commandWithStore(t: TestContext) {
  const project = projectDirectory(t);
  for (const name of ["core", "tools", "package.json", "Pulumi.yaml"])
    cpSync(join(repository, name), join(project, name), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
  mkdirSync(join(project, "state"));
  const store = openStore(project);
  const directory = store.directory(await store.publish(stage(project), unpublished()));
  const env = { PULUMI_BACKEND_URL: pathToFileURL(join(project, "state")).href, PULUMI_CONFIG_PASSPHRASE: "x" };
  const command = (...args: string[]) =>
    execa(process.execPath, [join(project, "tools/store/main.ts"), ...args], { env, reject: false, all: true });
  return { command, directory };
}

test("npm run store -- verify exits with 1 when an artifact is not what was built, and says what to do", async (t) => {
  const { command, directory } = await commandWithStore(t);
  const whole = await command("verify");
  assert.deepEqual([whole.exitCode, whole.all], [0, ".images/artifacts/my-image-a1a1a1a1a1a1: every digest is right"]);
  truncateSync(join(directory, "my-image.raw"), 512);
  const damaged = await command("verify");
  assert.equal(damaged.exitCode, 1);
  assert.match(
    damaged.all,
    /my-image-a1a1a1a1a1a1: DAMAGED: my-image\.raw has 512 bytes.*\n.*never uploaded.*\n.*import/,
  );
});

test("npm run store -- ls and gc ask Pulumi, and delete nothing without --yes and a terminal", async (t) => {
  const { command } = await commandWithStore(t);
  const listed = await command("ls");
  assert.match(listed.all, /my-image-a1a1a1a1a1a1 {2}1 MiB .* nobody$/m);
  const asked = await command("gc");
  assert.deepEqual([asked.exitCode, /--dry-run.*--yes/.test(asked.all)], [1, true]);
  const looked = await command("gc", "--dry-run", "--keep-days", "0");
  assert.match(looked.all, /\n--dry-run: nothing was deleted\.$/);
  const removed = await command("gc", "--yes", "--keep-days", "0");
  assert.equal(removed.exitCode, 0);
  assert.match(
    removed.all,
    /remove {2}no stack needs it\n\nTo delete: 1\. Kept: 0\.\n.*my-image-a1a1a1a1a1a1: removed/,
  );
  assert.equal((await command("ls")).all, "No artifacts yet: npm start builds some.");
});
