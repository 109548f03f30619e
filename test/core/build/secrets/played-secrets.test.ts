import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { BuildJob } from "../../../../core/build/job.ts";
import { fingerprint, type ImageInputs } from "../../../../core/recipe/fingerprint.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { pathsWith, watchForSecrets } from "../../../support/secrets.ts";
import { cannotBuild, eventually, makeProject, playedBuilder, playedRamdisk, tiny, type Project } from "../support.ts";

const skip = cannotBuild() ?? false;
const secrets = { A_TOKEN: "tok'en $(x) 0123", B_KEY: "0123456789-abcdef" };
const values = Object.values(secrets);
const passphrase = "passphrase of the stack 0123";

function played(t: TestContext): Project {
  return makeProject(t, { path: playedBuilder(t) });
}

function secretJob(project: Project, play: string): BuildJob {
  const job = project.job("played", { ...tiny, secretEnvironment: Object.keys(secrets), secretStack: "prod" });
  const inputs = { ...job.inputs, command: ["disk-image-create", play] } as ImageInputs;
  return { ...job, inputs, fingerprint: fingerprint(inputs) };
}

const builds = (project: Project): string[] => {
  const directory = join(project.directory, ".images/builds");
  return (existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [])
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(directory, name));
};

test(
  "while a build runs, played by a fixture, its secrets are in no file of the host, and in nothing of the builder itself; who joins it needs no values",
  { skip },
  async (t) => {
    const project = played(t);
    process.env["PULUMI_CONFIG_PASSPHRASE"] = passphrase;
    t.after(() => delete process.env["PULUMI_CONFIG_PASSPHRASE"]);
    const watcher = watchForSecrets([...values, passphrase]);
    const job = secretJob(project, "held");
    const first = await project.start(job, { slots: 1 }, secrets);
    await eventually("the build has its secrets", 20, () =>
      builds(project).some((build) => existsSync(join(build, "secrets"))),
    );
    const second = await project.start(job, { slots: 1 });
    const [build = ""] = builds(project);
    assert.deepEqual(readdirSync(join(build, "secrets")), [], "a mount that only the sandbox sees");
    assert.deepEqual(await pathsWith(project.directory, values), []);
    assert.deepEqual(await pathsWith(project.cache, values), []);
    for (const slot of readdirSync(join(project.cache, "builds"), { recursive: true, withFileTypes: true }))
      if (slot.name === "sandbox.lock") writeFileSync(join(slot.parentPath, "go"), "");
    const records = await Promise.all(
      [first, second].map(async (each) => {
        const events = each.events()[Symbol.asyncIterator]();
        while ((await events.next()).done !== true);
        return await each.fetch();
      }),
    );
    assert.equal(records[0]?.buildId, records[1]?.buildId);
    // No hook runs here, so that nobody may have them.
    assert.deepEqual(watcher.stop(), { inArguments: [], inEnvironments: [], inSandbox: 0 });
    await assertNoResidue(project.directory, { live: true });
  },
);

test("a build whose job is killed, played by a fixture, leaves nothing of its secrets", { skip }, async (t) => {
  const project = played(t);
  const build = await project.start(secretJob(project, "hangs"), {}, secrets);
  await eventually("the build has its secrets", 20, () =>
    builds(project).some((each) => existsSync(join(each, "secrets"))),
  );
  const [directory = ""] = readdirSync(join(project.directory, ".images/jobs"));
  const [pid = ""] = readFileSync(join(project.directory, ".images/jobs", directory, "process"), "utf8").split(/\D/);
  process.kill(Number(pid), "SIGKILL");
  const events = build.events()[Symbol.asyncIterator]();
  await assert.rejects(
    async () => {
      while ((await events.next()).done !== true);
    },
    { code: "job-died" },
  );
  await assertNoResidue(project.directory, { live: true });
  assert.deepEqual(await pathsWith(project.directory, values), []);
});

test("a build that leaves a secret beside its image, played by a fixture, is not published", { skip }, async (t) => {
  const project = played(t);
  await assert.rejects(project.build(secretJob(project, "leaks-secrets"), {}, secrets), {
    code: "secret-in-artifact",
    message:
      /^played was not published, because it holds secrets: manifest\/leak \(A_TOKEN, .*manifest\/leak \(B_KEY, /,
  });
  const artifacts = join(project.directory, ".images/artifacts");
  assert.deepEqual(existsSync(artifacts) ? readdirSync(artifacts).filter((name) => !name.startsWith(".")) : [], []);
  assert.deepEqual(await pathsWith(project.directory, values), []);
});

test("without a value of a secret, a job refuses before it builds anything", { skip }, async (t) => {
  const project = played(t);
  await assert.rejects(project.build(secretJob(project, "right"), {}, { B_KEY: secrets.B_KEY }), {
    code: "secret-missing",
    message: /^The build has no value of A_TOKEN: /,
  });
  assert.deepEqual(builds(project), []);
});

test(
  "a ramdisk with secrets, played by a fixture, is searched before it is packed, and after what our own hook finishes",
  { skip },
  async (t) => {
    const project = played(t);
    const job = playedRamdisk(project, "pair-environment", { secretEnvironment: Object.keys(secrets) });
    const { record } = await project.build(job, {}, secrets);
    const seen = (name: string): string => readFileSync(project.artifact(record, "manifest", name), "utf8");
    assert.match(seen("hooks"), /\n97-ironic-images-secrets\n/);
    assert.deepEqual(
      seen("hooks").match(/\b9{3,}-ironic-images-(finish|secrets)$/gm),
      ["9999-ironic-images-secrets"],
      "environment.d",
    );
    assert.match(
      seen("deps"),
      /\nironic-images\nironic-images-initramfs\nironic-images-deploy\nironic-images-secrets\n$/,
    );
    assert.ok(values.every((value) => !seen("environment").includes(value)));
  },
);
