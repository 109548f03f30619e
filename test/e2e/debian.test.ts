import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { copyFile, cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import type { ArtifactFileRole, ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { consoleLog, findVerdict } from "../../core/boot/kept-verdicts.ts";
import { plainText } from "../../core/boot/serial-log.ts";
import { bootFirmware, bootTestSettings } from "../../core/boot/settings.ts";
import { fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { keepInCache, takeFromCache } from "../support/artifact-cache.ts";
import { secretTelltales, startBuildProxy, telltales, type BuildProxy } from "../support/build-proxy.ts";
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
    const userImages = Object.fromEntries(
      Object.entries(images).map(([key, recipe]) => [key, { recipe, bootTest: {} }]),
    );
    // A guest waits more than it computes, so both boot at once.
    await project.writeStack({
      "ironic-images:userImages": userImages,
      "ironic-images:build": { slots: 2, ...proxy?.settings },
    });
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await proxy?.close();
    await cloud.stop();
  });

  it("are built, if no run before this one built the same fingerprint, registered, booted and published", async (t) => {
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
      const inImage = await withMountedImage({ path: file, format, kind }, async (root, disk) => {
        assert.ok(await readFile(path.join(root, "etc/debian_version"), "utf8"));
        // Of what was deleted the journal may have a file's name, never its content.
        const deleted = await execa("grep", ["-caF", ...secretTelltales.flatMap((text) => ["-e", text]), disk], {
          reject: false,
        });
        assert.equal(deleted.stdout, "0", `${recipe}: the disk holds a password in its free blocks`);
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

  for (const [key, recipe] of Object.entries(images)) {
    it(`${recipe}: what Glance gives out is what was built, and it booted to a login prompt`, async (t) => {
      const record = records.get(recipe);
      assert.ok(record);
      const published = (await project.outputs())["userImages"] as Record<string, Record<string, string>>;
      for (const [role, file] of Object.entries(record.files)) {
        const id = published[key]?.[`${role as ArtifactFileRole}Id`];
        assert.ok(id, role);
        assert.equal(await glance.downloadedSha256(id), file.sha256, role);
      }
      const { kind } = record.inputs;
      const settings = bootTestSettings({}, kind);
      const tested = { buildId: record.buildId, firmware: bootFirmware(record.inputs), settings };
      const directory = openStore(project.directory).directory(record);
      const verdict = await findVerdict(directory, tested);
      assert.equal(verdict?.verdict, "boots");
      t.diagnostic(`${verdict.accelerator}: ${Math.round(verdict.seconds)} s, tested at ${verdict.testedAt}`);
      assert.match(plainText(await readFile(consoleLog(directory, tested), "latin1")), /login: $/);
      noteBuilt(recipe, record);
    });
  }

  // Two minutes of both cores; in the quick tier e2e/boot-test.test.ts shows a panic with a small guest.
  const inFullTier = process.env["IRONIC_IMAGES_TEST_FULL"] === "1" ? it : () => undefined;
  inFullTier(
    "their kernel and ramdisk with a root file system that has no init are stopped, and not published",
    async (t) => {
      const record = records.get(images["my-image"]);
      assert.ok(record);
      const { content } = loadRecipe(project.directory, images["my-image"]);
      const { compression: _, ...raw } = { ...content, diskFormat: "raw", revision: "without init" } as const;
      const staging = path.join(project.directory, ".images/without-init");
      const root = path.join(project.scratch, "without-init");
      for (const directory of ["dev", "etc", "proc", "root", "run", "sys"])
        await mkdir(path.join(root, directory), { recursive: true });
      await mkdir(staging);
      const from = openStore(project.directory).directory(record);
      for (const role of ["kernel", "ramdisk"] as const) {
        const name = record.files[role]?.name ?? "";
        await copyFile(path.join(from, name), path.join(staging, name));
      }
      await execa("mkfs.ext4", ["-q", "-d", root, path.join(staging, `${record.name}.raw`), "32M"]);
      const inputs = fingerprintInputs(raw, project.directory);
      await openStore(project.directory).publish(staging, {
        schema: 1,
        name: record.name,
        fingerprint: fingerprint(inputs),
        inputs,
        tools: record.tools,
        seconds: record.seconds,
        builtAt: new Date().toISOString(),
      });
      const overrides = { diskFormat: "raw", revision: "without init" };
      const bootTest = { silenceSeconds: 45 };
      await project.writeStack({
        "ironic-images:userImages": {
          "without-init": { recipe: images["my-image"], visibility: "public", overrides, bootTest },
        },
      });
      const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
      assert.notEqual(up.exitCode, 0);
      const said = up.stdout + up.stderr;
      assert.match(said, /without-init does not boot: the guest said nothing for 45 s/);
      assert.match(said, /No init found/);
      const mine = (await glance.list({ ironic_images_image: "without-init" })).map(({ visibility }) => visibility);
      assert.deepEqual(mine, ["private", "private", "private"]);
      t.diagnostic(/\(\d+ s, \w+\)/.exec(said)?.[0] ?? "");
    },
  );
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
