import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import {
  cannotBuild,
  eventually,
  makeProject,
  playedBuilder,
  playedRamdisk,
  processesWith,
  type Project,
} from "./support.ts";

const skip = cannotBuild() ?? false;

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

/** Nothing of a build is left but the directory of its failed job, without copies of what can be a private key. */
async function assertNothingLeft(project: Project): Promise<void> {
  for (const directory of ["builds", "staging", "artifacts"]) {
    const path = join(project.directory, ".images", directory);
    assert.deepEqual(existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : [], [], directory);
  }
  const jobs = join(project.directory, ".images/jobs");
  for (const job of readdirSync(jobs)) assert.ok(!existsSync(join(jobs, job, "sources")), "sources of the job");
  await eventually("no process of the build is left", 2, () => processesWith(project.directory).length === 0);
}

test("a ramdisk played by a fixture is published as a pair, with the size that it unpacks to", { skip }, async (t) => {
  const project = played(t);
  const { record } = await project.build(playedRamdisk(project, "pair"));
  assert.deepEqual(Object.keys(record.files), ["kernel", "ramdisk"]);
  const { stdout } = await execa("sh", [
    "-c",
    `gzip -dc "${project.artifact(record, "deploy-amd64.initramfs")}" | wc -c`,
  ]);
  assert.equal(record.files.ramdisk?.virtualSize, Number(stdout));
  assert.equal(record.tools["ironic-python-agent-builder"], "7.4.0");
  assert.ok(existsSync(project.artifact(record, "manifest")) && existsSync(project.artifact(record, "build.log")));
});

test(
  "the agent builder played by a fixture finds sources by digest, the host's index, and our hooks in their order",
  { skip },
  async (t) => {
    const project = played(t);
    const files = { "constraints.txt": "pbr==7.1.3\n", "agent.crt": "certificate", "agent.key": "key", "ca.crt": "ca" };
    const digests = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, createHash("sha256").update(text).digest("hex")]),
    ) as Record<keyof typeof files, string>;
    mkdirSync(join(project.directory, "archives"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project.directory, "archives", name), text);
    const job = playedRamdisk(project, "pair-environment", {
      requirements: { sha256: digests["constraints.txt"] },
      tls: { certificate: digests["agent.crt"], key: digests["agent.key"] },
      trustedCa: digests["ca.crt"],
    });
    const locations = Object.fromEntries(Object.entries(digests).map(([name, sha256]) => [sha256, `archives/${name}`]));
    const { record } = await project.build({ ...job, locations });
    const seen = (name: string): string => readFileSync(project.artifact(record, "manifest", name), "utf8");
    const environment = seen("environment");
    for (const line of [
      `DIB_REPOLOCATION_requirements=file:///mnt/sources/${digests["constraints.txt"]}`,
      `DIB_IPA_KEY_FILE=/mnt/sources/${digests["agent.key"]}`,
      `DIB_IPA_CERT=/mnt/sources/${digests["ca.crt"]}`,
      "PIP_INDEX_URL=https://me:index-password@index.example/simple",
    ])
      assert.ok(environment.split("\n").includes(line), `${line} in\n${environment}`);
    for (const name of [...Object.values(digests), "disk-image-create", "ironic-python-agent-builder"])
      assert.ok(seen("files").split("\n").includes(name), name);
    assert.match(seen("hooks"), /\n97-ironic-images-finish\n/);
    assert.doesNotMatch(seen("hooks"), /999-ironic-images-finish/);
    assert.match(seen("hooks"), /\n96-ironic-images-deploy\n/);
    assert.match(seen("deps"), /\nironic-images\nironic-images-initramfs\nironic-images-deploy\n$/);
    const log = readFileSync(project.artifact(record, "build.log"), "utf8");
    assert.match(log, /the index is https:\/\/\*\*\*@index\.example\/simple/);
  },
);

const wrongOutputs: [string, RegExp][] = [
  ["pair-without-initramfs", /deploy-amd64\.initramfs is missing/],
  ["pair-with-checksums", /deploy-amd64\.sha256 was not expected/],
  ["pair-with-image", /deploy-amd64\.qcow2 was not expected/],
  ["right", /deploy-amd64\.kernel is missing.*deploy-amd64\.vmlinuz was not expected/],
];
for (const [play, message] of wrongOutputs) {
  test(`exit 0 with wrong outputs, played by a fixture, publishes no pair: ${play}`, { skip }, async (t) => {
    const project = played(t);
    await assert.rejects(project.build(playedRamdisk(project, play)), { code: "build-output-wrong", message });
    await assertNothingLeft(project);
  });
}

test("cancelling the build of a ramdisk that hangs, played by a fixture, leaves nothing", { skip }, async (t) => {
  const project = played(t);
  writeFileSync(join(project.directory, "key"), "key");
  const key = createHash("sha256").update("key").digest("hex");
  const job = playedRamdisk(project, "hangs-pair", { tls: { certificate: key, key } });
  const build = await project.start({ ...job, locations: { [key]: "key" } }, { graceSeconds: 1 });
  await assert.rejects(
    async () => {
      for await (const event of build.events())
        if (event.type === "progress" && event.phase === "install.d") void build.cancel();
    },
    { code: "build-cancelled" },
  );
  await build.cancel();
  await assertNothingLeft(project);
  // A number of its own: other tests play builds that hang at the same time.
  assert.deepEqual(processesWith("86400.125"), []);
});

for (const [title, locations, code, message] of [
  ["nowhere", {}, "job-wrong", /pins agent and does not say where to get it/],
  ["outside of the project", "../outside.tar.gz", "source-missing", /is no file inside the project/],
  [
    "with something else in it",
    "archives/other.tar.gz",
    "source-archive-wrong",
    /holds no directory with a Python project/,
  ],
] as const) {
  test(`an archive ${title} is refused before anything is built`, { skip }, async (t) => {
    const project = played(t);
    const archives = join(project.directory, "archives");
    mkdirSync(archives);
    writeFileSync(join(archives, "notes"), "");
    await execa("tar", ["--create", "--gzip", "--file", join(archives, "other.tar.gz"), "-C", archives, "notes"]);
    await execa("cp", [join(archives, "other.tar.gz"), join(project.directory, "../outside.tar.gz")]);
    const bytes = readFileSync(join(archives, "other.tar.gz"));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const job = playedRamdisk(project, "pair", { agent: { sha256 } });
    const where = typeof locations === "string" ? { [sha256]: locations } : locations;
    await assert.rejects(project.build({ ...job, locations: where }), { code, message });
    await assertNothingLeft(project);
  });
}

test("a ramdisk whose hooks are not those of the preview is not built", { skip }, async (t) => {
  const project = played(t);
  const job = playedRamdisk(project, "pair");
  const inputs = { ...job.inputs, hooksDigest: "0".repeat(64) } as typeof job.inputs;
  await assert.rejects(project.build({ ...job, inputs }), { code: "element-changed", message: /own hooks/ });
});
