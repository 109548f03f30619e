import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { IronicImagesError } from "../../../core/errors.ts";
import { ensurePulumi } from "../../../tools/pulumi/acquire.ts";
import { answers, archiveOf, bareMachine, vendorSite } from "./acquire-fixture.ts";

const patience = 300;
const engineFiles = ["pulumi/pulumi", "pulumi/pulumi-language-nodejs"];

test("an installed engine is used, and nobody is asked for another (fixture pulumi, fixture site)", async (t) => {
  const machine = bareMachine(t);
  const { site, requests } = await vendorSite(t, answers.notFound);
  machine.install(machine.bin, "v3.259.0", "pulumi", "pulumi-language-nodejs");
  assert.deepEqual(await ensurePulumi({ ...machine, site }), {
    pulumi: join(machine.bin, "pulumi"),
    binDirectory: machine.bin,
    origin: "installed",
  });
  assert.deepEqual(requests, []);
  assert.match(machine.printed(), /^✓ Pulumi engine 3\.259\.0: v3\.259\.0 is installed \(.*\)\n$/);
});

for (const [why, version, names] of [
  ["is too old", "v3.258.9", ["pulumi", "pulumi-language-nodejs"]],
  ["is a pre-release of ours", "v3.259.0-alpha.1", ["pulumi", "pulumi-language-nodejs"]],
  ["is of the next major version", "v4.0.0", ["pulumi", "pulumi-language-nodejs"]],
  ["has no Node language host", "v3.259.0", ["pulumi"]],
] as const) {
  test(`an installed engine that ${why} is not used (fixture pulumi, fixture site)`, async (t) => {
    const machine = bareMachine(t);
    const { site } = await vendorSite(t, answers.whole(archiveOf(machine.root, "v3.259.0", ...engineFiles)));
    machine.install(machine.bin, version, ...names);
    assert.equal((await ensurePulumi({ ...machine, site })).origin, "downloaded");
  });
}

test("the vendor's archive is unpacked once, and found again by the next call (fixture site)", async (t) => {
  const machine = bareMachine(t);
  const { site, requests } = await vendorSite(t, answers.whole(archiveOf(machine.root, "v3.259.0", ...engineFiles)));
  const binDirectory = join(machine.cacheDirectory, "pulumi-3.259.0", "bin");
  const wanted = { pulumi: join(binDirectory, "pulumi"), binDirectory, origin: "downloaded" };
  assert.deepEqual(await ensurePulumi({ ...machine, site }), wanted);
  assert.deepEqual(await ensurePulumi({ ...machine, site }), wanted);
  assert.deepEqual(requests, [`/sdk/pulumi-v3.259.0-${process.platform}-${process.arch}.tar.gz`]);
  assert.match(machine.printed(), /\n✓ Pulumi engine 3\.259\.0: already there\n$/);
  assert.deepEqual(readdirSync(join(machine.cacheDirectory, "pulumi-3.259.0")).sort(), ["bin", "origin"]);
});

for (const [title, answer, reason] of [
  ["is silent", () => answers.silence, /no answer in 0\.3 s/],
  ["falls silent half-way", (archive: Buffer) => answers.stall(archive), /no answer in 0\.3 s/],
  ["has no such archive", () => answers.notFound, /HTTP status 404/],
  [
    "sends a truncated archive",
    (archive: Buffer) => answers.whole(archive.subarray(0, archive.length - 40)),
    /is not a whole archive/,
  ],
  ["sends something else", () => answers.whole(Buffer.from("<html>")), /is not a whole archive/],
] as const) {
  test(`a site that ${title} is given up, and the engine is built with Go (fixture site, fixture go)`, async (t) => {
    const machine = bareMachine(t);
    machine.installGo();
    const { site } = await vendorSite(t, answer(archiveOf(machine.root, "v3.259.0", ...engineFiles)));
    assert.equal((await ensurePulumi({ ...machine, site, patience })).origin, "built");
    assert.match(machine.printed(), reason);
    assert.equal(machine.builds().length, 1);
  });
}

test("an archive whose engine is another version than it should be is not used (fixture site, fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.whole(archiveOf(machine.root, "v3.258.0", ...engineFiles)));
  assert.equal((await ensurePulumi({ ...machine, site })).origin, "built");
  assert.match(machine.printed(), /does not hold a working engine/);
});

test("a built engine has our language host and the SDK's dynamic provider beside it, kept up to date (fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const { binDirectory } = await ensurePulumi({ ...machine, site });
  assert.deepEqual(readdirSync(binDirectory).sort(), [
    "language-host",
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
  ]);
  const host = join(binDirectory, "language-host", "main.mjs");
  const source = readFileSync(host);
  writeFileSync(host, "of an older checkout");
  await ensurePulumi({ ...machine, site });
  assert.deepEqual(readFileSync(host), source);
  assert.equal(machine.builds().length, 1);
});

for (const [title, version, words] of [
  ["there is none", undefined, /there is no Go on PATH/],
  ["it is too old", "1.22.1", /Go on PATH is 1\.22\.1/],
] as const) {
  test(`when Go is needed and ${title}, one sentence names all three ways, and nothing half is left (fixture go)`, async (t) => {
    const machine = bareMachine(t);
    if (version !== undefined) machine.installGo();
    const { site } = await vendorSite(t, answers.notFound);
    const environment = { ...machine.environment, FIXTURE_GO_VERSION: version };
    const error = await ensurePulumi({ ...machine, environment, site }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof IronicImagesError);
    assert.equal(error.code, "go-missing");
    for (const part of [
      words,
      /needs Go 1\.25\.11 or later/,
      /install Go, or install it yourself \(https:.*\), or let this machine reach 127/,
    ])
      assert.match(error.summary, part);
    assert.doesNotMatch(error.summary, /\n/);
    assert.deepEqual(readdirSync(machine.cacheDirectory), ["pulumi-3.259.0.lock"]);
    assert.deepEqual(machine.builds(), []);
  });
}

test("a failing build says so with Go's own words, and leaves nothing (fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const environment = { ...machine.environment, FIXTURE_GO_FAILS: "1" };
  await assert.rejects(ensurePulumi({ ...machine, environment, site }), {
    code: "go-build-failed",
    details: /no route to host/,
  });
  assert.deepEqual(readdirSync(machine.cacheDirectory), ["pulumi-3.259.0.lock"]);
});

test("two at once build once: the second waits, and finds it (fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const environment = { ...machine.environment, FIXTURE_GO_SECONDS: "0.5" };
  const [first, second] = await Promise.all([1, 2].map(() => ensurePulumi({ ...machine, environment, site })));
  assert.deepEqual(first, second);
  assert.equal(machine.builds().length, 1);
});

test("what an interrupted call left is swept, and a broken engine in the cache is got anew (fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const left = join(machine.cacheDirectory, ".pulumi-3.259.0-aB3dE6");
  mkdirSync(join(left, "bin"), { recursive: true });
  const { pulumi } = await ensurePulumi({ ...machine, site });
  assert.equal(existsSync(left), false);
  rmSync(pulumi);
  await ensurePulumi({ ...machine, site });
  assert.equal(existsSync(pulumi), true);
  assert.equal(machine.builds().length, 2);
});

test("our own cache first on PATH is not taken for an installation (fixture go)", async (t) => {
  const machine = bareMachine(t);
  machine.installGo();
  const { site } = await vendorSite(t, answers.notFound);
  const { binDirectory } = await ensurePulumi({ ...machine, site });
  const environment = { ...machine.environment, PATH: `${binDirectory}:${machine.bin}` };
  assert.equal((await ensurePulumi({ ...machine, environment, site })).origin, "built");
});
