import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openStore } from "../../../core/artifacts/store.ts";
import { consoleLog, findVerdict, keepVerdict, type TestedBoot } from "../../../core/boot/kept-verdicts.ts";
import { bootTestSettings } from "../../../core/boot/settings.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { stage, unpublished } from "../artifacts/samples.ts";

const tested: TestedBoot = {
  buildId: "a".repeat(64),
  firmware: "direct",
  settings: bootTestSettings({ marker: "up" }, "partition"),
};
const boots = { verdict: "boots", seconds: 12.5, accelerator: "tcg", testedAt: "2026-01-02T03:04:05.000Z" } as const;

async function kept(t: TestContext, wanted = tested): Promise<string> {
  const directory = temporaryDirectory(t);
  const log = join(temporaryDirectory(t), "serial.log");
  writeFileSync(log, "my-image login: ");
  await keepVerdict(directory, wanted, boots, log);
  return directory;
}

test("a verdict is found again with its console", async (t) => {
  const directory = await kept(t);
  assert.deepEqual(await findVerdict(directory, tested), boots);
  assert.equal(readFileSync(consoleLog(directory, tested), "utf8"), "my-image login: ");
});

test("a later verdict takes the place of the former", async (t) => {
  const directory = await kept(t);
  const log = join(directory, "serial.log");
  writeFileSync(log, "");
  const later = { ...boots, verdict: "does not boot" } as const;
  await keepVerdict(directory, tested, later, log);
  assert.deepEqual(await findVerdict(directory, tested), later);
  assert.equal(readFileSync(consoleLog(directory, tested), "utf8"), "");
});

for (const [what, other] of [
  ["another build", { ...tested, buildId: "b".repeat(64) }],
  ["another firmware", { ...tested, firmware: "uefi" }],
  ["other settings", { ...tested, settings: bootTestSettings({}, "partition") }],
] as const satisfies readonly (readonly [string, TestedBoot])[]) {
  test(`a verdict says nothing of ${what}`, async (t) => {
    assert.equal(await findVerdict(await kept(t), other), undefined);
  });
}

test("a verdict under the name of a build that begins alike says nothing of it", async (t) => {
  const directory = await kept(t);
  const alike = { ...tested, buildId: `${"a".repeat(12)}${"b".repeat(52)}` };
  assert.equal(consoleLog(directory, alike), consoleLog(directory, tested));
  assert.equal(await findVerdict(directory, alike), undefined);
});

for (const garbled of ["", "{", '{"schema":3}', '{"schema":2,"verdict":"boots"}']) {
  test(`the garbled verdict ${JSON.stringify(garbled)} counts as none`, async (t) => {
    const directory = await kept(t);
    writeFileSync(consoleLog(directory, tested).replace(/log$/, "json"), garbled);
    assert.equal(await findVerdict(directory, tested), undefined);
  });
}

test("a verdict of the time when a boot loader's text was a marker counts as none", async (t) => {
  const directory = await kept(t);
  const file = consoleLog(directory, tested).replace(/log$/, "json");
  const record = readFileSync(file, "utf8");
  const older = record.replace('"schema": 2', '"schema": 1');
  assert.notEqual(older, record);
  writeFileSync(file, older);
  assert.equal(await findVerdict(directory, tested), undefined);
});

test("no directory is made for the verdict on an artifact that is gone", async (t) => {
  const directory = join(temporaryDirectory(t), "gone");
  await assert.rejects(keepVerdict(directory, tested, boots, "/dev/null"), { code: "artifact-missing" });
  assert.throws(() => readFileSync(directory), { code: "ENOENT" });
});

test("an artifact with a verdict is whole for the store: verified, found, imported with it, set aside with it", async (t) => {
  const project = temporaryDirectory(t);
  const store = openStore(project);
  const record = await store.publish(stage(project), unpublished());
  const directory = store.directory(record);
  const log = join(project, "serial.log");
  writeFileSync(log, "my-image login: ");
  const own = { ...tested, buildId: record.buildId };
  await keepVerdict(directory, own, boots, log);
  await store.verify(record);
  assert.deepEqual(await store.find(record.name, record.fingerprint), record);

  const other = openStore(temporaryDirectory(t));
  const imported = await other.importFrom(directory);
  assert.deepEqual(await findVerdict(other.directory(imported), own), boots);

  const kernel = join(directory, record.files.kernel?.name ?? "");
  rmSync(kernel);
  mkdirSync(kernel);
  assert.equal(await store.find(record.name, record.fingerprint), undefined);
  assert.deepEqual(await findVerdict(`${directory}.bad-1`, own), boots);
  assert.equal(await findVerdict(directory, own), undefined);
});
