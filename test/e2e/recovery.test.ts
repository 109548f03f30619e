import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import tmp from "tmp";
import { parse } from "yaml";
import { applicationCredential, type ApplicationCredential } from "../support/application-credential.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { faultyGlance, type FaultyGlance, type GlanceFault, type InjectedFault } from "../support/faulty-glance.ts";
import { glanceUser, imageEndpointOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyWholeDisk } from "../support/recipes.ts";
import { addRegion } from "../support/region.ts";
import { filesWithSecrets, hasSecret, watchArguments } from "../support/secrets.ts";
import { watchVisible } from "../support/watcher.ts";

const middle = 100_000;
const stack = { ironic_images_stack: "recovery" };

interface Row {
  readonly title: string;
  readonly fault: Omit<GlanceFault, "name">;
  /** What the first `up` says of it; without one the first `up` publishes the image all the same. */
  readonly says?: RegExp;
}

describe("faults of Glance, each on an image of one stack, through a proxy before the real Glance", () => {
  const remove = (id: string) => owner.delete(id);
  const rows: Record<string, Row> = {
    "post-500": {
      title: "fault 37: 500 instead of a record",
      fault: { method: "POST", times: 1, act: { status: 500 } },
    },
    "post-reset": {
      title: "fault 37: a reset before the record is made",
      fault: { method: "POST", times: 1, act: "reset" },
    },
    "post-lost": {
      title: "fault 37: a record whose answer is lost",
      fault: { method: "POST", times: 1, act: "lose the answer" },
    },
    "post-lost-always": {
      title: "fault 37: records whose answers are always lost",
      fault: { method: "POST", act: "lose the answer" },
      says: /post-lost-always-image: The connection to Glance broke/,
    },
    "patch-502": {
      title: "fault 37: 502 while it is published",
      fault: { method: "PATCH", times: 1, act: { status: 502 } },
    },
    "patch-lost": {
      title: "fault 37: a publication whose answer is lost",
      fault: { method: "PATCH", times: 1, act: "lose the answer" },
    },
    // The plugin asks three times: while it waits, after it, and to fill the state.
    "get-503": {
      title: "fault 37: 503 when it is read back",
      fault: { method: "GET", after: 3, times: 1, act: { status: 503 } },
    },
    "put-reset-first": {
      title: "fault 37: a reset at the first byte of the upload",
      fault: { method: "PUT", times: 1, act: "reset" },
      says: /put-reset-first-image: The connection to Glance broke/,
    },
    "put-reset-middle": {
      title: "fault 37: a reset in mid-upload",
      fault: { method: "PUT", times: 1, atByte: middle, act: "reset" },
      says: /put-reset-middle-image: The connection to Glance broke/,
    },
    "put-lost": {
      title: "fault 37: an upload whose answer is lost",
      fault: { method: "PUT", times: 1, act: "lose the answer" },
      says: /put-lost-image: The connection to Glance broke/,
    },
    "put-503": {
      title: "fault 37: 503 after the upload",
      fault: { method: "PUT", times: 1, atByte: Infinity, act: { status: 503 } },
      says: /put-503-image: Glance, or a proxy before it, could not serve the request/,
    },
    "put-401": {
      title: "fault 44: 401 in mid-upload",
      fault: { method: "PUT", times: 1, atByte: Infinity, act: { status: 401 } },
      says: /put-401-image: The token ended during the upload/,
    },
    "put-403": {
      title: "fault 45: 403 for the upload",
      fault: { method: "PUT", atByte: Infinity, act: { status: 403, message: "Not allowed to upload" } },
      says: /put-403-image: Glance's policy forbids it/,
    },
    "put-413": {
      title: "fault 43: 413 by a proxy before Glance",
      fault: { method: "PUT", atByte: Infinity, act: { status: 413, message: "Request Entity Too Large" } },
      says: /put-413-image: Something before or in Glance limits the size/,
    },
    "put-mangled": {
      title: "fault 46: a byte that is changed on the way",
      fault: { method: "PUT", times: 1, atByte: middle, act: "flip a byte" },
      says: /put-mangled-image: Glance holds other bytes than were sent/,
    },
    "put-409": {
      title: "fault 40: 409 for the upload",
      fault: { method: "PUT", times: 1, atByte: Infinity, act: { status: 409, message: "Conflict" } },
      says: /put-409-image: Somebody else wrote to the image/,
    },
    "get-saving": {
      title: "faults 42, 51: an image that is saving for a while after its upload",
      fault: { method: "GET", times: 3, act: { says: "saving" } },
    },
    "get-killed": {
      title: "fault 42: an image that Glance killed",
      fault: { method: "GET", times: 1, act: { says: "killed" } },
      says: /get-killed-image: After its upload the image is not active/,
    },
    "put-deleted": {
      title: "fault 41: an image that is deleted during its upload",
      fault: { method: "PUT", times: 1, atByte: middle, act: remove },
      says: /put-deleted-image: Somebody deleted the image/,
    },
    "get-deleted": {
      title: "fault 41: an image that is deleted right after its upload",
      fault: { method: "GET", times: 1, act: remove },
      says: /get-deleted-image: Somebody deleted the image/,
    },
  };
  const names = Object.keys(rows);

  const scratch = tmp.dirSync({ prefix: "ironic-images-test-" }).name;
  const cloudsFile = path.join(scratch, "clouds.yaml");
  let cloud: TestCloud;
  let owner: GlanceUser;
  let other: GlanceUser;
  let credential: ApplicationCredential;
  let faulty: FaultyGlance;
  let injected: Record<string, InjectedFault>;
  let project: TestProject;
  const runs: PulumiRun[] = [];
  const processes = new Set<string>();

  async function up(more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<PulumiRun> {
    const argumentsSeen = watchArguments();
    const seen = watchVisible(other, stack);
    const run = await project.pulumi(["up", "--yes", "--skip-preview", "--continue-on-error", ...more], { env });
    for (const line of argumentsSeen.stop()) processes.add(line);
    runs.push(run);
    assert.deepEqual(await seen.stop(), []);
    return run;
  }
  const writeStack = (cloudName: string | undefined) =>
    project.writeStack({
      "openstack:cloud": cloudName,
      "ironic-images:userImages": Object.fromEntries(
        names.map((name) => [name, { recipe: "disk", visibility: "public" }]),
      ),
    });
  const all = async () => {
    const images = await owner.list(stack);
    return images.map(({ name, status, visibility }) => `${name} ${status} ${visibility}`).sort();
  };
  const withPassword = { OS_CLIENT_CONFIG_FILE: cloudsFile };
  /** Of the cloud `local`, with its password. */
  const auth = async () => {
    const { clouds } = parse(await readFile(cloudsFile, "utf8")) as { clouds: Record<string, { auth: Auth }> };
    return clouds["local"]?.auth ?? {};
  };
  const good = names.map((name) => `${name} active public`).sort();

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    faulty = await faultyGlance(await imageEndpointOf(cloud.cloudsFile));
    await addRegion(cloud.cloudsFile, path.basename(scratch), faulty.url, cloudsFile);
    credential = await applicationCredential(cloudsFile, "local");
    await credential.writeClouds(path.join(scratch, "application-credential.yaml"));
    project = await createProject(path.join(scratch, "application-credential.yaml"), "recovery");
    await project.addElement("tiny");
    await project.writeRecipe("disk", tinyWholeDisk);
    await writeStack("local");
    injected = Object.fromEntries(names.map((name) => [name, faulty.inject({ name, ...(rows[name] as Row).fault })]));
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    for (const { id } of await owner.list(stack)) await owner.delete(id);
    await credential.delete();
    await rm(scratch, { recursive: true });
    await faulty.close();
    await cloud.stop();
  });

  it("faults 37, 46: the first up meets every fault, and shows nobody an image that is not whole", async () => {
    const run = await up();
    assert.notEqual(run.exitCode, 0);
    assert.deepEqual(
      names.filter((name) => injected[name]?.hits === 0),
      [],
    );
  });

  for (const [name, { title, says }] of Object.entries(rows)) {
    it(`${title}: ${says === undefined ? "costs nothing" : "is told, with what to do"}`, async () => {
      const said = `${runs[0]?.stdout}${runs[0]?.stderr}`;
      const own = (await all()).filter((line) => line.startsWith(`${name} `));
      if (says === undefined) return assert.deepEqual(own, [`${name} active public`], said);
      assert.match(said, says);
      assert.equal(own.filter((line) => line.endsWith("public")).length, 0);
    });
  }

  it("fault 37: records whose creation was never answered are not left", async () => {
    assert.equal(injected["post-lost-always"]?.hits, 3);
    const left = (await all()).filter((line) => line.startsWith("post-lost-always "));
    assert.deepEqual(left, []);
  });

  it("faults 37, 40, 41, 42, 44, 46: the next up publishes all of them; of what is replaced only that stays whose deletion is not answered, and is told", async () => {
    for (const fault of Object.values(injected)) fault.remove();
    const refused = faulty.inject({ method: "DELETE", name: "put-503", times: 1, act: { status: 503 } });
    const lost = faulty.inject({ method: "DELETE", name: "put-lost", times: 1, act: "lose the answer" });
    const run = await up([], withPassword);
    const said = run.stdout + run.stderr;
    assert.deepEqual([refused.hits, lost.hits], [1, 1]);
    assert.deepEqual(await all(), good, said);
    for (const name of ["put-lost", "put-deleted", "get-deleted"])
      assert.match(said, new RegExp(`${name}-image: The image is gone from Glance already. pulumi up --refresh`));
    const failed = [...said.matchAll(/ (\S+-image) \*\*deleting failed/g)].map(([, name]) => name);
    assert.deepEqual(failed.sort(), ["get-deleted-image", "put-deleted-image", "put-lost-image"]);
  });

  it("after up --refresh, which changes no image, an up finds nothing to do", async () => {
    const ids = (await owner.list(stack)).map(({ id }) => id).sort();
    const refresh = await up(["--refresh"], withPassword);
    assert.equal(refresh.exitCode, 0, refresh.stderr + refresh.stdout);
    const last = await up(["--expect-no-changes"], withPassword);
    assert.equal(last.exitCode, 0, last.stderr + last.stdout);
    assert.deepEqual((await owner.list(stack)).map(({ id }) => id).sort(), ids);
  });

  it("the same cloud from OS_* variables alone changes no image", async () => {
    const ids = (await owner.list(stack)).map(({ id }) => id).sort();
    await writeStack(undefined);
    const variables = Object.entries(await auth()).map(([key, value]) => [`OS_${key.toUpperCase()}`, value]);
    const run = await up([], { ...Object.fromEntries(variables), OS_REGION_NAME: path.basename(scratch) });
    assert.equal(run.exitCode, 0, run.stderr + run.stdout);
    assert.deepEqual((await owner.list(stack)).map(({ id }) => id).sort(), ids);
  });

  it("fault 54: no secret of the cloud stands in a state, a log, an error, an artifact's record, or in any process's arguments", async (t) => {
    const secrets = [credential.secret, (await auth())["password"] ?? "", ...faulty.tokens];
    assert.ok(secrets.every((secret) => secret.length >= 30));
    assert.ok(faulty.tokens.size >= 3, "the proxy must have seen tokens of plugin and program");
    t.diagnostic(`${secrets.length} secrets, ${processes.size} argument lists`);
    assert.deepEqual(await filesWithSecrets(project.scratch, secrets), []);
    for (const { stdout, stderr } of runs) assert.equal(hasSecret(stdout + stderr, secrets), false);
    assert.ok([...processes].some((line) => line.includes("pulumi-resource-openstack")));
    assert.deepEqual(
      [...processes].filter((line) => hasSecret(line, secrets)),
      [],
    );
    // The search itself can find: the credentials' own file, beside the project.
    assert.equal((await filesWithSecrets(scratch, secrets)).length, 2);
  });
});

type Auth = Readonly<Record<string, string>>;
