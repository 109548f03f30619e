import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa, type Options } from "execa";
import tmp from "tmp";
import { parseDocument, stringify } from "yaml";
import { cacheDirectory } from "../../core/cache-directory.ts";
import { tinyDeployBuild, tinyPartition, tinyWholeDisk } from "../support/recipes.ts";

const repository = path.resolve(import.meta.dirname, "../..");

describe("the two commands, and plain pulumi, in a clone whose stack local builds tiny images", () => {
  const scratch = tmp.dirSync({ prefix: "ironic-images-test-" }).name;
  const clone = path.join(scratch, "a clone");
  // What a user's shell has: no tool of this run on PATH, nothing of its cloud.
  const env = {
    HOME: process.env["HOME"] ?? scratch,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    IRONIC_IMAGES_CACHE: cacheDirectory(),
  };
  const run = (file: string, args: readonly string[], options: Options = {}) =>
    execa(file, args, { cwd: clone, env, extendEnv: false, reject: false, stdin: "ignore", all: true, ...options });

  before(async () => {
    await execa("git", ["clone", "--quiet", repository, clone]);
    await execa("cp", ["-al", path.join(repository, "node_modules"), clone]);
    for (const element of ["tiny", "ironic-python-agent-ramdisk"]) {
      const source = path.join(repository, "test/fixtures/elements", element);
      await cp(source, path.join(clone, "elements", element), { recursive: true });
    }
    await writeFile(path.join(clone, "recipes/debian-minimal-partition.yaml"), stringify(tinyPartition));
    await writeFile(path.join(clone, "recipes/debian-minimal-whole-disk.yaml"), stringify(tinyWholeDisk));
    const stackFile = path.join(clone, "stacks/Pulumi.local.yaml");
    const stack = parseDocument(await readFile(stackFile, "utf8"));
    stack.setIn(["config", "ironic-images:build"], { slots: 2 });
    stack.setIn(["config", "ironic-images:deployImages", "amd64", "build"], tinyDeployBuild);
    await writeFile(stackFile, String(stack));
    const git = (...args: string[]) =>
      execa("git", ["-C", clone, "-c", "user.name=test", "-c", "user.email=test@example.org", ...args]);
    await git("add", "--all");
    await git("commit", "--quiet", "--message=Tiny images");
  });

  after(async () => {
    await run("npm", ["stop"]);
    await rm(scratch, { recursive: true, force: true });
  });

  it("npm start ends with a table of what Glance holds", async () => {
    const start = await run("npm", ["start"]);
    assert.equal(start.exitCode, 0, String(start.all));
    const id = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    assert.match(
      String(start.stdout),
      new RegExp(`^my-image +partition +${id} +${id} +${id} +[0-9.]+ MB +active$`, "m"),
    );
    assert.match(
      String(start.stdout),
      new RegExp(`^my-whole-disk-image +whole-disk +${id} +- +- +[0-9.]+ MB +active$`, "m"),
    );
    assert.match(String(start.stdout), new RegExp(`^deploy-initrd +deploy +- +${id} +${id} +[0-9.]+ MB +active$`, "m"));
  });

  it("npm start again changes nothing", async (t) => {
    const begin = performance.now();
    const start = await run("npm", ["start"]);
    assert.equal(start.exitCode, 0, String(start.all));
    assert.match(String(start.all), /\d+ unchanged/);
    assert.doesNotMatch(String(start.all), /\d+ (created|updated|replaced|deleted)/);
    t.diagnostic(`${((performance.now() - begin) / 1000).toFixed(1)} s`);
  });

  it("npm run env is all that plain pulumi needs in a shell", async () => {
    const script = 'eval "$(npm run -s env)" && pulumi preview --stack local --expect-no-changes --non-interactive';
    const preview = await run("sh", ["-c", script]);
    assert.equal(preview.exitCode, 0, String(preview.all));
  });

  it("npm run ids names what the stack exports", async () => {
    const ids = await run("npm", ["run", "-s", "ids", "--", "--image", "my-image"]);
    assert.match(String(ids.stdout), /^MY_VMLINUZ_UUID=\S+\nMY_INITRD_UUID=\S+\nMY_IMAGE_UUID=\S+$/);
    const all = await run("npm", ["run", "-s", "ids"]);
    assert.match(String(all.stdout), /^DEPLOY_VMLINUZ_UUID=\S+\nDEPLOY_INITRD_UUID=\S+$/m);
  });

  it("nothing is written that git would see, and npm stop ends the cloud", async () => {
    const stop = await run("npm", ["stop"]);
    assert.equal(stop.exitCode, 0, String(stop.all));
    const { stdout } = await execa("git", ["-C", clone, "status", "--porcelain"]);
    assert.equal(stdout, "");
  });

  it("npm run clean removes what was made", async () => {
    const clean = await run("npm", ["run", "clean", "--", "--keep-cache"]);
    assert.equal(clean.exitCode, 0, String(clean.all));
    const { stdout } = await execa("git", ["-C", clone, "status", "--porcelain", "--ignored"]);
    assert.equal(stdout, "");
  });
});
