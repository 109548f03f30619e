import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import tmp from "tmp";
import { notesDirectory } from "../../core/openstack/upload-notes.ts";
import { assertStoreVerifies, campaign, killAll, victims } from "../support/campaign.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { faultyGlance, type FaultyGlance } from "../support/faulty-glance.ts";
import { glanceUser, imageEndpointOf, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";
import { addRegion } from "../support/region.ts";
import { assertNoResidue } from "../support/residue.ts";

/** Whom a kill meets, by their command lines. */
const kinds = {
  pulumi: /^pulumi up /,
  program: /@pulumi\/pulumi\/cmd\/run\/index\.js /,
  "dynamic provider": /cmd\/dynamic-provider\/index\.js /,
  "openstack plugin": /pulumi-resource-openstack /,
  job: /job-main\.ts /,
  "leader of the build": /disk-image-create /,
  everything: /./,
} as const;

type Victim = keyof typeof kinds;
const ways: readonly (readonly [Victim, NodeJS.Signals, times?: number])[] = [
  ["pulumi", "SIGKILL"],
  ["everything", "SIGKILL"],
  ["pulumi", "SIGINT"],
  ["dynamic provider", "SIGKILL"],
  ["pulumi", "SIGINT", 2],
  ["program", "SIGKILL"],
  ["pulumi", "SIGTERM"],
  ["job", "SIGKILL"],
  ["leader of the build", "SIGKILL"],
  ["openstack plugin", "SIGKILL"],
];

const scratch = tmp.dirSync({ prefix: "ironic-images-test-" }).name;
const name = "kill-campaign";
let cloud: TestCloud;
let owner: GlanceUser;
let faulty: FaultyGlance;
let project: TestProject;

before(async () => {
  cloud = await testCloud();
  owner = await glanceUser(cloud.cloudsFile, "local");
  faulty = await faultyGlance(await imageEndpointOf(cloud.cloudsFile));
  await addRegion(cloud.cloudsFile, path.basename(scratch), faulty.url, path.join(scratch, "clouds.yaml"));
  project = await createProject(path.join(scratch, "clouds.yaml"), name);
  await project.addElement("tiny");
});

after(async () => {
  await unlock();
  await project.pulumi(["destroy", "--yes", "--skip-preview"]);
  for (const { id } of await all()) await owner.delete(id);
  await project.remove();
  await rm(scratch, { recursive: true });
  await faulty.close();
  await cloud.stop();
});

test(
  "faults 1, 2, 3, 38: a campaign of kills on ups of a triple: nothing is left running, the store verifies, and in the end one good triple is in Glance",
  { timeout: 90 * 60_000 },
  async (t) => {
    const kills = campaign(t, { quick: 5, full: 30 });
    const from = Math.floor(kills.random() * ways.length);
    let undisturbed = 20;
    let revision = 0;
    await write(revision);
    for (let hits = 0, round = 0; hits < kills.kills; round++) {
      const way = ways[(from + round) % ways.length] ?? ways[0];
      assert.ok(way);
      const [victim, signal, times = 1] = way;
      // The build comes first and takes a fifth of the time.
      const isOfBuild = ["job", "leader of the build"].includes(victim);
      const moment = isOfBuild ? 0.15 + 0.2 * kills.random() : kills.random();
      const inUpload = !isOfBuild && round % 2 === 0 ? Math.floor(kills.random() * 900_000) : undefined;
      const hit = { signals: 0, isOver: false };
      const strike = async (): Promise<void> => {
        for (let time = 0; time < times; time++) {
          if (time > 0) await sleep(1000);
          if (!hit.isOver) hit.signals += killAll(victims(project.scratch, kinds[victim]), signal);
        }
      };
      const began = performance.now();
      const running = up();
      const fault =
        inUpload === undefined
          ? undefined
          : faulty.inject({ method: "PUT", times: 1, atByte: inUpload, act: () => strike() });
      if (fault === undefined) await Promise.race([running, sleep(moment * undisturbed * 1000).then(strike)]);
      const run = await running;
      hit.isOver = true;
      fault?.remove();
      const took = (performance.now() - began) / 1000;
      if (run.exitCode === 0) {
        undisturbed = took;
        await write(++revision);
      }
      if (hit.signals === 0) continue;
      hits += 1;
      const what = `${signal} to ${victim}${times === 1 ? "" : ` ${times} times`}`;
      kills.note(inUpload === undefined ? what : `${what} in mid-upload`);
      const where = `${what}, ${inUpload === undefined ? `${(moment * undisturbed).toFixed(1)} s` : `byte ${inUpload}`}, seed ${kills.seed}`;
      await assertNoResidue(project.scratch, { live: true, seconds: 60 }).catch((error: unknown) => {
        throw new Error(`kill ${hits}: ${where}; the run said:\n${said(run)}`, { cause: error });
      });
      await assertStoreVerifies(project.directory);
      await unlock();
    }
    await assertGood(`seed ${kills.seed}`);
  },
);

const up = (...more: string[]): Promise<PulumiRun> => project.pulumi(["up", "--yes", "--skip-preview", ...more]);
const said = ({ stdout, stderr }: PulumiRun): string => `${stdout}\n${stderr}`.slice(-6000);
const all = () => owner.list({ ironic_images_stack: name });

/** What an operator does whose pulumi was killed. */
async function unlock(): Promise<void> {
  const locks = globSync("state/.pulumi/locks/**/*.json", { cwd: project.scratch });
  if (locks.length > 0) await project.pulumi(["cancel", "--yes"]);
}

async function write(revision: number): Promise<void> {
  await project.writeRecipe("triple", { ...tinyPartition, revision: String(revision) });
  await project.writeStack({
    "ironic-images:build": { slots: 1, leaseSeconds: 2 },
    "ironic-images:userImages": { [name]: { recipe: "triple" } },
  });
}

/** One `up` more, and everything is as if nothing had happened. */
async function assertGood(seed: string): Promise<void> {
  let run = await up();
  // An image whose deletion was killed can be gone without the state knowing it: the message says so, and what to do.
  if (run.exitCode !== 0 && /pulumi up --refresh/.test(said(run))) run = await up("--refresh");
  assert.equal(run.exitCode, 0, `${seed}: ${said(run)}`);
  await assertNoResidue(project.scratch, { seconds: 10 });
  assert.equal((await up("--expect-no-changes")).exitCode, 0);

  const { userImages } = (await project.outputs()) as { userImages: Record<string, Record<string, string>> };
  const { imageId = "", kernelId = "", ramdiskId = "", fingerprint = "" } = userImages[name] ?? {};
  const there = (await all()).map(({ id, status, visibility }) => `${id} ${status} ${visibility}`);
  const expected = [imageId, kernelId, ramdiskId].map((id) => `${id} active private`);
  assert.deepEqual(there.sort(), expected.sort(), seed);
  const artifact = path.join(project.directory, ".images/artifacts", `triple-${fingerprint.slice(0, 12)}`);
  const { files } = JSON.parse(readFileSync(path.join(artifact, "artifact.json"), "utf8")) as {
    files: Record<string, { sha256: string }>;
  };
  for (const [role, id] of Object.entries({ image: imageId, kernel: kernelId, ramdisk: ramdiskId }))
    assert.equal(await owner.downloadedSha256(id), files[role]?.sha256, `${seed}: ${role}`);
  const notes = path.join(project.directory, notesDirectory);
  assert.deepEqual(existsSync(notes) ? readdirSync(notes) : [], []);
}
