import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { originProperties } from "../../components/properties.ts";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient, type GlanceImage } from "../../core/openstack/glance.ts";
import { glanceInventory } from "../../core/openstack/glance-inventory.ts";
import { authenticate, type Session } from "../../core/openstack/keystone.ts";
import { startFront, type Fault, type Recorded } from "../core/openstack/front.ts";
import { standInIronic } from "../core/openstack/stand-in-ironic.ts";
import { uploads, type ImageFields, type Uploads } from "../core/openstack/uploads.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { placesOf } from "../support/glance.ts";
import { createPrunedStack, type Pair, type PrunedStack } from "../support/pruned-stack.ts";

describe("npm run prune, on the real engine and the real Glance", () => {
  const stack = `prune-${randomBytes(4).toString("hex")}`;
  let cloud: TestCloud;
  let session: Session;
  let images: Uploads;
  let stranger: Uploads;
  let pruned: PrunedStack;
  let project: PrunedStack["project"];
  let prune: PrunedStack["prune"];
  let cloudsWith: PrunedStack["cloudsWith"];
  let old: Pair;
  let live: Pair;
  /** Images that nobody may touch, by what they are. */
  let untouchable: Record<string, string>;
  let triple: { readonly kernel: string; readonly ramdisk: string; readonly image: string };
  let hidden: string;
  let protectedImage: string;
  let duringUp: Awaited<ReturnType<PrunedStack["prune"]>>;

  before(async () => {
    cloud = await testCloud();
    session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
    images = uploads(session);
    stranger = uploads(await authenticate(await readCloud("other", placesOf(cloud.cloudsFile))));
    pruned = await createPrunedStack(cloud.cloudsFile, stack);
    ({ project, prune, cloudsWith } = pruned);
    old = await pruned.up("one");
    // Between two ups, because what is newer than the state stays.
    const of = (fields: ImageFields = {}): ImageFields => ({
      ...originProperties({ project: "ironic-images", stack, image: "my-image", fingerprint: "f", buildId: "b" }),
      ...fields,
    });
    triple = await uploadTriple(of());
    hidden = (await images.upload("kernel", of({ os_hidden: true, visibility: "community" }))).id;
    protectedImage = (await images.upload("kernel", of({ protected: true }))).id;
    untouchable = {
      "another stack's": (await images.upload("kernel", of({ ironic_images_stack: "other" }))).id,
      "another Pulumi project's": (await images.upload("kernel", of({ ironic_images_project: "other" }))).id,
      "another OpenStack project's": (await stranger.upload("kernel", of({ visibility: "community" }))).id,
      "one without our properties": (await images.upload("kernel")).id,
    };
    const running = pruned.up("two");
    await registered(session, stack, "two");
    duringUp = await prune(["--stack", stack, "--yes"]);
    live = await running;
    untouchable["the live kernel"] = live.kernel;
    untouchable["the live ramdisk"] = live.ramdisk;
  });

  after(async () => {
    const unprotected = [{ op: "replace", path: "/protected", value: false }] as const;
    if (protectedImage) await glanceClient(session).patch(protectedImage, unprotected);
    for (const id of [old, live].flatMap((pair) => Object.values(pair ?? {}))) await images.delete(id);
    await images.clean();
    await stranger.clean();
    await project.remove();
    await cloud.stop();
  });

  async function uploadTriple(fields: ImageFields) {
    const [kernel, ramdisk] = [await images.upload("kernel", fields), await images.upload("ramdisk", fields)];
    const wiring = { kernel_id: kernel.id, ramdisk_id: ramdisk.id };
    const image = await images.upload("image", { ...fields, ...wiring });
    return { kernel: kernel.id, ramdisk: ramdisk.id, image: image.id };
  }

  async function deletionsThrough(t: TestContext, fault?: (request: Recorded) => Fault | undefined) {
    const front = await startFront(session.imageEndpoint, fault);
    t.after(front.stop);
    const env = await cloudsWith({ image_endpoint_override: front.url });
    const deleted = () =>
      front.requests.flatMap(({ method, path: asked }) => (method === "DELETE" ? [asked.split("/").at(-1)] : []));
    return { env, deleted };
  }

  async function there(ids: readonly string[]): Promise<boolean[]> {
    const client = glanceClient(session);
    return await Promise.all(ids.map(async (id) => (await client.get(id)) !== undefined));
  }

  async function assertNothingDeleted(): Promise<void> {
    const all = [...candidates(), protectedImage, ...Object.values(untouchable)];
    assert.deepEqual(
      await there(all),
      all.map(() => true),
    );
  }

  const candidates = () => [old.kernel, old.ramdisk, hidden, ...Object.values(triple)];

  it("--dry-run lists what goes and what stays, and deletes nothing", async () => {
    const { exitCode, stdout, stderr } = await prune(["--stack", stack, "--dry-run"]);
    assert.equal(exitCode, 0, stderr);
    for (const id of candidates()) assert.match(stdout, new RegExp(`^${id} .* delete +not in the state`, "m"));
    assert.match(stdout, new RegExp(`^${protectedImage} .* keep +protected \\(see --unprotect\\)$`, "m"));
    for (const [what, id] of Object.entries(untouchable)) assert.ok(!stdout.includes(id), what);
    assert.match(stdout, /^To delete: 6\. Kept: 1\. .*: 2 of its images are in the state/m);
    assert.match(stdout, /^No baremetal service in the catalog: references .* were not checked\.$/m);
    await assertNothingDeleted();
  });

  it("without a terminal and without --yes it is refused", async () => {
    const { exitCode, stdout, stderr } = await prune(["--stack", stack]);
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /^ironic-images: there is no terminal to ask on: look with --dry-run, delete with --yes$/m);
    await assertNothingDeleted();
  });

  it("a no on the terminal deletes nothing", async (t) => {
    const run = await pruned.onTerminal(["--stack", stack], "n\n");
    if (run === undefined) return t.skip("needs script(1)");
    assert.equal(run.exitCode, 0, run.stdout);
    assert.match(run.stdout, /Delete 6 images\? \(y\/N\)[^]*Nothing was deleted\./);
    await assertNothingDeleted();
  });

  it("a stack that does not exist is refused, not taken as one without images", async () => {
    const { exitCode, stderr } = await prune(["--stack", "no-such-stack", "--yes"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /no stack named 'no-such-stack' found/);
    await assertNothingDeleted();
  });

  it("a stack of the same name in another backend, never deployed, is refused", async () => {
    const backend = path.join(project.scratch, "another-backend");
    await mkdir(backend);
    const env = { PULUMI_BACKEND_URL: `file://${backend}` };
    const file = path.join(project.directory, "stacks", `Pulumi.${stack}.yaml`);
    const config = await readFile(file, "utf8");
    const init = await execa("pulumi", ["stack", "init", stack, "--non-interactive"], {
      cwd: project.directory,
      env: { ...pruned.environment, ...env },
    });
    assert.equal(init.exitCode, 0);
    await writeFile(file, config);
    const { exitCode, stderr } = await prune(["--stack", stack, "--yes"], env);
    assert.equal(exitCode, 1);
    assert.match(stderr, /is empty and no `pulumi up` ever ran on it here.*PULUMI_BACKEND_URL/);
    await assertNothingDeleted();
  });

  it("while an up is registering images it is refused, and the message says what to do", async () => {
    assert.equal(duringUp.exitCode, 1);
    assert.match(
      duringUp.stderr,
      /has [12] pending operations, so nothing was deleted: wait .*pulumi refresh --clear-pending-creates/,
    );
    assert.match(duringUp.stderr, /^creating urn:pulumi:.*::deploy-/m);
    await assertNothingDeleted();
  });

  it("credentials of another OpenStack project than that of the stack's images are refused", async () => {
    const config = path.join(project.directory, "stacks", `Pulumi.${stack}.yaml`);
    const text = await readFile(config, "utf8");
    await writeFile(config, text.replace("openstack:cloud: local", "openstack:cloud: other"));
    const { exitCode, stderr } = await prune(["--stack", stack, "--yes"]);
    await writeFile(config, text);
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`but the stack's images belong to ${session.projectId}; nothing was deleted`));
    await assertNothingDeleted();
  });

  it("an Ironic that refuses stops everything (stand-in for Ironic)", async (t) => {
    const ironic = await standInIronic(t, 403);
    const env = await cloudsWith({ baremetal_endpoint_override: ironic.url });
    const { exitCode, stderr } = await prune(["--stack", stack, "--yes"], env);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^ironic-images: Ironic does not say .* so nothing was deleted; .*--nodes-cloud$/m);
    assert.match(stderr, /^Ironic: GET \/v1\/nodes\?.*: 403 /m);
    await assertNothingDeleted();
  });

  it("what a node names is listed with the node, and stays (stand-in for Ironic)", async (t) => {
    const driverInfo = { deploy_kernel: `glance://${old.kernel}`, deploy_ramdisk: old.ramdisk };
    const nodeId = "11111111-0000-4000-8000-000000000000";
    const ironic = await standInIronic(t, [
      { uuid: nodeId, name: "rack1-07", driver_info: driverInfo, instance_info: { image_source: triple.image } },
    ]);
    const env = await cloudsWith({ baremetal_endpoint_override: ironic.url });
    const { exitCode, stdout, stderr } = await prune(["--stack", stack, "--dry-run"], env);
    assert.equal(exitCode, 0, stderr);
    for (const [id, field] of [
      [old.kernel, "driver_info.deploy_kernel"],
      [old.ramdisk, "driver_info.deploy_ramdisk"],
      [triple.image, "instance_info.image_source"],
    ]) {
      assert.match(stdout, new RegExp(`^${id} .* keep +named by 1 node$`, "m"));
      assert.match(stdout, new RegExp(`^${id} +node +rack1-07 +${nodeId} +${field}$`, "m"));
    }
    assert.match(stdout, new RegExp(`^${triple.kernel} .* keep +named by 1 image$`, "m"));
    assert.match(stdout, /^To delete: 1\. Kept: 6\./m);
    assert.match(stdout, new RegExp(`ironic\\.conf cannot be asked[^]*^ {2}${hidden}$`, "m"));
  });

  it("what cannot be deleted is left with its kernel and ramdisk, the others go, and the exit code is 1 (injected fault)", async (t) => {
    const { env, deleted } = await deletionsThrough(t, ({ method, path: asked }) =>
      method === "DELETE" && asked.endsWith(triple.image) ? { status: 409 } : undefined,
    );
    const { exitCode, stdout } = await prune(["--stack", stack, "--yes"], env);
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, new RegExp(`^${triple.image} .*: left: Glance: DELETE .*: 409 injected$`, "m"));
    assert.match(stdout, new RegExp(`^${triple.kernel} .*: left: image ${triple.image}, which names it`, "m"));
    assert.deepEqual(await there(Object.values(triple)), [true, true, true]);
    assert.deepEqual(await there([old.kernel, old.ramdisk, hidden]), [false, false, false]);
    assert.equal(deleted()[0], triple.image);
  });

  it("the next run takes the rest, the image before its ramdisk and its kernel, and leaves all others", async (t) => {
    const { env, deleted } = await deletionsThrough(t);
    const { exitCode, stdout, stderr } = await prune(["--stack", stack, "--yes"], env);
    assert.equal(exitCode, 0, stderr + stdout);
    assert.deepEqual(deleted(), [triple.image, triple.ramdisk, triple.kernel]);
    assert.deepEqual(await there(Object.values(triple)), [false, false, false]);
    for (const [what, id] of Object.entries({ ...untouchable, protected: protectedImage })) {
      assert.deepEqual(await there([id]), [true], what);
    }
  });

  it("with nothing left to do it says so, and Pulumi knows of no change", async () => {
    const { exitCode, stdout } = await prune(["--stack", stack, "--yes"]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^To delete: 0\. Kept: 1\./m);
    const preview = await project.pulumi(["preview", "--refresh", "--expect-no-changes"]);
    assert.equal(preview.exitCode, 0, preview.stderr + preview.stdout);
  });

  it("--unprotect takes a protected image too, and nothing else", async () => {
    const { exitCode, stdout, stderr } = await prune(["--stack", stack, "--yes", "--unprotect"]);
    assert.equal(exitCode, 0, stderr + stdout);
    assert.match(stdout, new RegExp(`^${protectedImage} .*: deleted$`, "m"));
    for (const [what, id] of Object.entries(untouchable)) assert.deepEqual(await there([id]), [true], what);
    assert.deepEqual(await there([protectedImage]), [false]);
    protectedImage = "";
  });

  it("after a destroy the pair that it kept goes, here after a yes on the terminal", async (t) => {
    const destroy = await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroy.exitCode, 0, destroy.stderr);
    assert.deepEqual(await there([live.kernel, live.ramdisk]), [true, true]);
    const run = await pruned.onTerminal(["--stack", stack], "y\n");
    if (run === undefined) return t.skip("needs script(1)");
    assert.equal(run.exitCode, 0, run.stdout);
    assert.match(run.stdout, /is destroyed: its state names no image at all/);
    assert.deepEqual(await there([live.kernel, live.ramdisk]), [false, false]);
  });
});

/** Returns when Glance has an image of this build. */
async function registered(session: Session, stack: string, build: string): Promise<void> {
  const inventory = glanceInventory(session);
  const isOne = (image: GlanceImage) =>
    image["ironic_images_stack"] === stack && image["ironic_images_build"] === build;
  for (let tries = 0; !(await inventory.list()).some(isOne); tries++) {
    if (tries === 300) throw new Error(`Glance has no image of build ${build} after 30 s`);
    await setTimeout(100);
  }
}
