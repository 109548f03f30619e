import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { BuildJob } from "../../../core/build/job.ts";
import { killAll, victims } from "../../support/campaign.ts";
import {
  cannotBuild,
  eventually,
  makeProject,
  playedBuilder,
  playedJob,
  processesWith,
  type Project,
} from "./support.ts";

const skip = cannotBuild() ?? false;

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

/** Nothing of a build is left but the directory of its failed job. */
async function assertNothingLeft(project: Project): Promise<void> {
  for (const directory of ["builds", "staging", "artifacts"]) {
    const path = join(project.directory, ".images", directory);
    assert.deepEqual(existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : [], [], directory);
  }
  await eventually("no process of the build is left", 2, () => processesWith(project.directory).length === 0);
}

test(
  "a build played by a fixture is published with manifest and log, and its job's directory is gone",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedJob(project, "right");
    const { record, events } = await project.build(job);
    assert.deepEqual(Object.keys(record.files), ["image", "kernel", "ramdisk"]);
    assert.ok(events.some((event) => event.type === "progress" && event.phase === "install.d"));
    assert.equal(readFileSync(project.artifact(record, "manifest/dib-manifests/packages"), "utf8"), "a 1\n");
    assert.match(readFileSync(project.artifact(record, "build.log"), "utf8"), /Building elements: base right/);
    assert.ok((record.seconds["total"] ?? 0) > 0);
    assert.equal(record.tools["diskimage-builder"], "3.43.0");
    for (const directory of ["builds", "staging", "jobs"])
      assert.deepEqual(readdirSync(join(project.directory, ".images", directory)), [], directory);

    const again = await project.build(job);
    assert.deepEqual(again, { record, events: [] }, "a second build starts nothing and finds the artifact");
  },
);

test(
  "the builder played by a fixture gets an environment from scratch, an empty home and standard input, and no mmdebstrap",
  { skip },
  async (t) => {
    const project = played(t);
    process.env["DIB_OFFLINE"] = "1";
    process.env["break"] = "after-error";
    t.after(() => {
      delete process.env["DIB_OFFLINE"];
      delete process.env["break"];
    });
    const { record } = await project.build(playedJob(project, "environment"), {
      mirrors: { mirror: "http://m.example/d" },
    });
    const seen = (name: string): string => readFileSync(project.artifact(record, "manifest", name), "utf8");
    const environment = seen("environment");
    assert.match(environment, /^DIB_DISTRIBUTION_MIRROR=http:\/\/m\.example\/d$/m);
    assert.doesNotMatch(environment, /DIB_OFFLINE|^break=/m);
    assert.ok(!environment.includes(project.directory) && !environment.includes(project.cache));
    assert.equal(seen("directory"), "/mnt/out\n");
    assert.equal(seen("home") + seen("stdin") + seen("mmdebstrap"), "");
  },
);

const wrongOutputs: [string, RegExp][] = [
  ["without-output", /played\.qcow2 is missing, played\.vmlinuz is missing, played\.initrd is missing/],
  ["without-kernel", /wrong: played\.vmlinuz is missing;/],
  ["empty-kernel", /played\.vmlinuz is empty/],
  ["stray-image", /other\.qcow2 was not expected/],
  ["linked-image", /played\.qcow2 is no regular file/],
];
for (const [play, message] of wrongOutputs) {
  test(`fault 7: exit 0 with wrong outputs, played by a fixture, publishes nothing: ${play}`, { skip }, async (t) => {
    const project = played(t);
    await assert.rejects(project.build(playedJob(project, play)), { code: "build-output-wrong", message });
    await assertNothingLeft(project);
  });
}

test(
  "fault 9: several kernels, played by a fixture, publish nothing, and the one too many is told with its digest",
  { skip },
  async (t) => {
    const project = played(t);
    await assert.rejects(project.build(playedJob(project, "two-kernels")), {
      code: "build-output-wrong",
      message: /played\.vmlinuz\.old was not expected \(\d+ bytes, sha256 [0-9a-f]{64}\)/,
    });
    await assertNothingLeft(project);
  },
);

test(
  "fault 9: a kernel that the ramdisk has no modules for, played by a fixture, is refused with both versions",
  { skip },
  async (t) => {
    const project = played(t);
    await assert.rejects(project.build(playedJob(project, "other-kernel")), {
      code: "image-refused",
      message: /modules for kernel 1\.0-played, and the kernel is 2\.0-other/,
    });
    await assertNothingLeft(project);
  },
);

test(
  "fault 8: a build that fails after it wrote its outputs, played by a fixture, publishes nothing and names hook and log",
  { skip },
  async (t) => {
    const project = played(t);
    await assert.rejects(
      project.build(playedJob(project, "fails-after-outputs")),
      (error: Error & { code: string; summary: string; details: string }) => {
        assert.equal(error.code, "build-failed");
        assert.match(error.summary, /the fixture gives up; log: (\S.*build\.log)$/);
        assert.match(error.details, /install\.d\/50-play/);
        assert.ok(existsSync(/log: (.*)$/.exec(error.summary)?.[1] ?? ""));
        return true;
      },
    );
    await assertNothingLeft(project);
  },
);

for (const play of ["hangs", "hangs-deaf"]) {
  test(`cancelling a build that ${play}, played by a fixture, leaves nothing`, { skip }, async (t) => {
    const project = played(t);
    const build = await project.start(playedJob(project, play), { graceSeconds: 1 });
    const ended = assert.rejects(
      async () => {
        for await (const event of build.events())
          if (event.type === "progress" && event.phase === "install.d") void build.cancel();
      },
      { code: "build-cancelled" },
    );
    await ended;
    await build.cancel();
    await assertNothingLeft(project);
    assert.deepEqual(processesWith("86400.25"), []);
  });
}

/** Runs builds whose builder waits for us, and lets them go on when one of them has said that it waits; returns why. */
async function buildUntilOneWaits(project: Project, jobs: readonly BuildJob[], reason: RegExp): Promise<string[]> {
  const builds = await Promise.all(jobs.map((job) => project.start(job, { slots: 1 })));
  const reasons: string[] = [];
  const ended = Promise.all(
    builds.map(async (build) => {
      for await (const event of build.events()) if (event.type === "waiting") reasons.push(event.reason);
      return (await build.fetch()).buildId;
    }),
  );
  try {
    await eventually("one build waits", 30, () => reasons.some((text) => reason.test(text)));
  } finally {
    writeFileSync(join(project.cache, "builds/slot-0/go"), "");
  }
  return ended;
}

test(
  "fault 19: two builds of one fingerprint that start at the same moment, played by a fixture: one builds, both get its artifact",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedJob(project, "held");
    const reason = /another build of played runs \(process \d+.*, log in .*build\.log\)/;
    const [first, second] = await buildUntilOneWaits(project, [job, job], reason);
    assert.equal(first, second);
  },
);

test(
  "two builds of different fingerprints with one slot, played by a fixture: the second waits for it",
  { skip },
  async (t) => {
    const project = played(t);
    const jobs = ["held", "held-too"].map((play) => playedJob(project, play, play));
    const [first, second] = await buildUntilOneWaits(project, jobs, /^the build slot is taken$/);
    assert.notEqual(first, second);
  },
);

test("an element that was edited after the preview is refused by name", { skip }, async (t) => {
  const project = played(t);
  const job = playedJob(project, "right");
  project.hook("tiny/install.d/50-late", "true");
  await assert.rejects(project.build(job), {
    code: "element-changed",
    message: /elements\/tiny changed between preview and build/,
  });
  await assertNothingLeft(project);
});

test("a builder that is not the pinned one is refused before any work", { skip }, async (t) => {
  const project = played(t);
  const job = playedJob(project, "right");
  const inputs = { ...job.inputs, builder: { "diskimage-builder": "1.2.3" } };
  await assert.rejects(project.build({ ...job, inputs }), {
    code: "build-host-unfit",
    message: /diskimage-builder is 3\.43\.0, pinned is 1\.2\.3/,
  });
  assert.ok(!existsSync(join(project.directory, ".images/builds")));
});

test(
  "fault 2: a job that is killed, played by a fixture, is reported, takes its build with it, and the next build works",
  { skip },
  async (t) => {
    const project = played(t);
    const build = await project.start(playedJob(project, "hangs"));
    await assert.rejects(
      async () => {
        for await (const event of build.events()) {
          if (event.type !== "progress" || event.phase !== "install.d") continue;
          killAll(victims(project.directory, /job-main\.ts /), "SIGKILL");
        }
      },
      { code: "job-died", message: /ended without a result/ },
    );
    await eventually(
      "no process of the build is left",
      5,
      () => processesWith("86400.25").length === 0 && processesWith(project.directory).length === 0,
    );
    await project.build(playedJob(project, "right"));
    assert.deepEqual(
      readdirSync(join(project.directory, ".images/builds")).filter((name) => !name.endsWith(".lock")),
      [],
    );
  },
);

test(
  "a project in which nothing can be stored is refused with the place, not with a stack trace",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedJob(project, "right");
    rmSync(join(project.directory, ".images"), { recursive: true, force: true });
    writeFileSync(join(project.directory, ".images"), "");
    await assert.rejects(project.build(job), {
      code: "storage-failed",
      message: /\.images\/jobs cannot be written: the directory cannot be made/,
    });
  },
);
