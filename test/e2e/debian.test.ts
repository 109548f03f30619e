import assert from "node:assert/strict";
import { appendFileSync, createWriteStream } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import type { ArtifactFileRole, ArtifactRecord } from "../../core/artifacts/record.ts";
import { hashFile } from "../../core/artifacts/describe.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { bootImage } from "../../core/boot/boot.ts";
import { fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { keepInCache, takeFromCache } from "../support/artifact-cache.ts";
import { startBuildProxy, telltales, type BuildProxy } from "../support/build-proxy.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { withMountedImage } from "../support/mounted-image.ts";
import { createProject, type TestProject } from "../support/project.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const images = { "my-image": "debian-minimal-partition", "my-whole-disk-image": "debian-minimal-whole-disk" } as const;

describe("the real Debian images of the stack local", () => {
  let cloud: TestCloud;
  let glance: GlanceUser;
  let project: TestProject;
  let proxy: BuildProxy | undefined;
  const records = new Map<string, ArtifactRecord>();

  before(async () => {
    cloud = await testCloud();
    glance = await glanceUser(cloud.cloudsFile, "local");
    proxy = await startBuildProxy();
    project = await createProject(cloud.cloudsFile, "debian");
    await cp(path.join(repository, "recipes"), path.join(project.directory, "recipes"), { recursive: true });
    const userImages = Object.fromEntries(Object.entries(images).map(([key, recipe]) => [key, { recipe }]));
    await project.writeStack({ "ironic-images:userImages": userImages, "ironic-images:build": proxy?.settings ?? {} });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await proxy?.close();
    await cloud.stop();
  });

  it("are built, if no run before this one built the same fingerprint, and registered", async (t) => {
    const wanted = Object.values(images).map((recipe) => {
      const { content } = loadRecipe(project.directory, recipe);
      return { recipe, wanted: fingerprint(fingerprintInputs(content, project.directory)) };
    });
    for (const { recipe, wanted: print } of wanted) {
      const cached = await takeFromCache(project.directory, recipe, print);
      t.diagnostic(`${recipe}: ${cached ? "of an earlier run" : "built now"}`);
    }
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    t.diagnostic(`${proxy?.requests ?? 0} requests to the package mirrors`);
    for (const { recipe, wanted: print } of wanted) {
      const record = await openStore(project.directory).find(recipe, print);
      assert.ok(record, recipe);
      records.set(recipe, record);
      await keepInCache(project.directory, recipe, print);
      t.diagnostic(`${recipe}: ${record.seconds["total"]} s, ${record.files.image?.size} bytes`);
    }
  });

  it("hold nothing of the mirrors, the proxy and its password that they were built with", async (t) => {
    if (process.getuid?.() !== 0) return t.skip("needs root to mount an image");
    if (proxy === undefined) return t.skip("needs package mirrors in this machine's apt configuration");
    for (const [recipe, record] of records) {
      const directory = openStore(project.directory).directory(record);
      assert.ok("diskFormat" in record.inputs);
      const { diskFormat: format, kind } = record.inputs;
      const file = path.join(directory, record.files.image?.name ?? "");
      const patterns = telltales.flatMap((text) => ["-e", text]);
      const inImage = await withMountedImage({ path: file, format, kind }, async (root) => {
        assert.ok(await readFile(path.join(root, "etc/debian_version"), "utf8"));
        return execa("grep", ["-rlaF", "--devices=skip", ...patterns, root], { reject: false });
      });
      assert.equal(inImage.exitCode, 1, `${recipe}: ${inImage.stdout}${inImage.stderr}`);
      const besideImage = await execa(
        "grep",
        ["-rlaF", ...patterns, path.join(directory, "manifest"), path.join(directory, "artifact.json")],
        { reject: false },
      );
      assert.equal(besideImage.exitCode, 1, `${recipe}: ${besideImage.stdout}${besideImage.stderr}`);
    }
  });

  // A guest waits more than it computes, so both boot at once.
  describe("boot", { concurrency: 2 }, () => {
    for (const [key, recipe] of Object.entries(images)) {
      it(`${recipe}: what Glance gives out is what was built, and boots to a login prompt`, async (t) => {
        const record = records.get(recipe);
        assert.ok(record);
        const published = (await project.outputs())["userImages"] as Record<string, Record<string, string>>;
        const directory = path.join(project.scratch, `downloaded-${recipe}`);
        await mkdir(directory);
        for (const [role, file] of Object.entries(record.files)) {
          const id = published[key]?.[`${role as ArtifactFileRole}Id`];
          assert.ok(id, role);
          const target = path.join(directory, file.name);
          await pipeline(await glance.download(id), createWriteStream(target));
          assert.equal((await hashFile(target)).sha256, file.sha256, role);
        }
        const boot = await bootImage({ directory, record });
        t.diagnostic(`${boot.accelerator}: ${Math.round(boot.seconds)} s`);
        assert.equal(boot.why, undefined, boot.serialLog);
        assert.match(boot.serialLog, /login: $/);
        noteBuilt(recipe, record);
      });
    }
  });
});

/** Tells the test runner, for the reference, that a recipe was really built and booted. */
function noteBuilt(recipe: string, record: ArtifactRecord): void {
  const notes = process.env["IRONIC_IMAGES_TEST_BUILT"];
  if (notes === undefined) return;
  const builder = `diskimage-builder ${record.tools["diskimage-builder"]}`;
  appendFileSync(
    notes,
    `${JSON.stringify({ [recipe]: { builtAt: record.builtAt, builder, booted: new Date().toISOString() } })}\n`,
  );
}
