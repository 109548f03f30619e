import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { execa } from "execa";
import { killAll, victims } from "../../support/campaign.ts";
import {
  cannotBuild,
  eventually,
  loopInodes,
  makeProject,
  processesWith,
  realBuilder,
  tiny,
  type Project,
} from "./support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

/** Inode of the raw disk that a build fills. */
async function diskInode({ directory }: Project): Promise<number> {
  const { stdout } = await execa("find", [join(directory, ".images/builds"), "-name", "image0.raw", "-printf", "%i"]);
  return Number(stdout);
}

test(
  "fault 2: a build killed with a loop device attached and mounted leaves no process, mount or loop device, and the next one works",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook("hold/finalise.d/50-hold", "echo holding; sleep 86400.5");
    const build = await project.start(project.job("tiny", { ...tiny, elements: ["hold"] }));
    const events = build.events()[Symbol.asyncIterator]();
    const next = events.next();
    await eventually("the hook holds", 120, () => processesWith("sleep 86400.5").length > 0);
    const disk = await diskInode(project);
    assert.ok((await loopInodes()).includes(disk), "a loop device leads into the build directory");

    killAll(victims(project.directory, /job-main\.ts /), "SIGKILL");
    await eventually("nothing is left", 10, async () => {
      const builds = readdirSync(join(project.directory, ".images/builds")).filter((name) => !name.endsWith(".lock"));
      return processesWith("sleep 86400.5").length === 0 && builds.length === 0 && !(await loopInodes()).includes(disk);
    });
    await assert.rejects(
      async () => {
        await next;
        while ((await events.next()).done !== true);
      },
      { code: "job-died" },
    );
    await project.build(project.job("tiny", tiny));
  },
);

test(
  "fault 2: when everything of a build is killed at once, the next build takes its leftovers away first",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook("hold/finalise.d/50-hold", "sleep 86400.75");
    const build = await project.start(project.job("held", { ...tiny, elements: ["hold"] }));
    const next = build.events()[Symbol.asyncIterator]().next();
    await eventually("the hook holds", 120, () => processesWith("sleep 86400.75").length > 0);
    const disk = await diskInode(project);
    // The supervisors first and in one moment, so that none of them can clean up after another.
    const kinds = [/job-main\.ts /, /sandbox\/run\.sh/, /sandbox\/inside\.sh/];
    killAll(
      kinds.flatMap((kind) => victims(project.directory, kind)),
      "SIGKILL",
    );
    await next.catch(() => undefined);
    await eventually("no process is left", 10, () => processesWith("sleep 86400.75").length === 0);
    assert.ok((await loopInodes()).includes(disk), "a loop device is left over");
    await project.build(project.job("tiny", tiny));
    assert.ok(!(await loopInodes()).includes(disk));
    assert.deepEqual(
      readdirSync(join(project.directory, ".images/builds")).filter((name) => !name.endsWith(".lock")),
      [],
    );
  },
);

test(
  "fault 3: cancelling in the middle of a hook lets diskimage-builder clean up, and leaves nothing",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook("hold/install.d/50-hold", "sleep 86400.125");
    const build = await project.start(project.job("tiny", { ...tiny, elements: ["hold"] }), { graceSeconds: 30 });
    const ended = assert.rejects(
      async () => {
        const events = build.events()[Symbol.asyncIterator]();
        while ((await events.next()).done !== true);
      },
      { code: "build-cancelled" },
    );
    await eventually("the hook holds", 120, () => processesWith("sleep 86400.125").length > 0);
    const start = performance.now();
    await build.cancel();
    await ended;
    assert.ok(performance.now() - start < 25_000, "no hard kill was needed");
    const jobs = join(project.directory, ".images/jobs");
    assert.match(
      readFileSync(join(jobs, readdirSync(jobs)[0] ?? "", "build.log"), "utf8"),
      /Unmount \/mnt\/tmp\/dib_build/,
    );
    assert.deepEqual(readdirSync(join(project.directory, ".images/builds")), []);
  },
);
