import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildsIn } from "./campaign.ts";
import { glanceUser } from "./glance.ts";
import { createProject, type PulumiRun, type TestProject } from "./project.ts";
import { tinyWholeDisk } from "./recipes.ts";
import { assertNoResidue } from "./residue.ts";

/** What several `up`s at once came to. */
export interface UpsAtOnce {
  readonly runs: readonly PulumiRun[];
  /** Build id of each stack's image, and the sha256 that the artifact's record gives its file. */
  readonly images: readonly { readonly buildId: string; readonly sha256: string; readonly downloaded: string }[];
  /** How many builds ran at the same time, at most. */
  readonly mostBuilds: number;
}

/**
 * Runs `up` of several stacks of one project directory at the same time, whose images come from two recipes in turn, and takes everything
 * away again.
 *
 * @param slots of builds
 */
export async function upsAtOnce(cloudsFile: string, prefix: string, count: number, slots: number): Promise<UpsAtOnce> {
  const owner = await glanceUser(cloudsFile, "local");
  const first = await createProject(cloudsFile, `${prefix}-0`);
  const projects: TestProject[] = [first];
  try {
    await first.addElement("tiny");
    for (const recipe of ["one", "other"]) await first.writeRecipe(recipe, { ...tinyWholeDisk, revision: recipe });
    while (projects.length < count) projects.push(await first.addStack(`${prefix}-${projects.length}`));
    for (const [index, project] of projects.entries()) {
      const recipe = index % 2 === 0 ? "one" : "other";
      await project.writeStack({
        "ironic-images:build": { slots },
        "ironic-images:userImages": { [`${prefix}-${index}`]: { recipe } },
      });
    }
    const builds = countMost(() => buildsIn(first.directory).length);
    const runs = await Promise.all(projects.map((project) => project.pulumi(["up", "--yes", "--skip-preview"])));
    const mostBuilds = await builds.stop();
    for (const { exitCode, stdout, stderr } of runs) assert.equal(exitCode, 0, stderr + stdout);
    const images = await Promise.all(projects.map((project) => published(project, owner)));
    await assertNoResidue(first.scratch, { seconds: 10 });
    return { runs, images, mostBuilds };
  } finally {
    for (const project of projects) await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    for (const { stack } of projects)
      for (const { id } of await owner.list({ ironic_images_stack: stack })) await owner.delete(id);
    await first.remove();
  }
}

async function published(project: TestProject, owner: Awaited<ReturnType<typeof glanceUser>>) {
  const { userImages } = (await project.outputs()) as { userImages: Record<string, Record<string, string>> };
  const { imageId = "", buildId = "", fingerprint = "" } = userImages[project.stack] ?? {};
  const all = await owner.list({ ironic_images_stack: project.stack });
  assert.deepEqual(
    all.map(({ id, status }) => `${id} ${status}`),
    [`${imageId} active`],
  );
  const recipe = ["one", "other"][Number(project.stack.split("-").at(-1)) % 2] ?? "";
  const artifact = path.join(project.directory, ".images/artifacts", `${recipe}-${fingerprint.slice(0, 12)}`);
  const record = JSON.parse(await readFile(path.join(artifact, "artifact.json"), "utf8")) as {
    files: { image: { sha256: string } };
  };
  return { buildId, sha256: record.files.image.sha256, downloaded: await owner.downloadedSha256(imageId) };
}

function countMost(count: () => number): { stop(): Promise<number> } {
  let [most, running] = [0, true];
  const loop = (async () => {
    for (; running; await sleep(500)) most = Math.max(most, count());
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return most;
    },
  };
}
