import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../../core/artifacts/store.ts";
import { bootTestSettings } from "../../../core/boot/settings.ts";
import { markCancelled } from "../../../core/build/waiting/cancel-mark.ts";
import { identifyProcess, isRunning, type ProcessIdentity } from "../../../core/build/jobs/process-identity.ts";
import { door } from "../../../providers/door.ts";
import { bootableArtifact } from "../../core/boot/bootable-artifact.ts";
import { parentOf, qemuIn } from "../../core/boot/running-qemu.ts";
import { startDynamicProvider } from "../../support/dynamic-provider.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const skip = (await execa("qemu-system-x86_64", ["--version"], { reject: false })).failed
  ? "needs qemu-system-x86_64"
  : false;

async function projectWithArtifact(t: TestContext, text: string, engine?: string) {
  const project = temporaryDirectory(t);
  for (const folder of ["core", "providers"])
    await cp(path.join(repository, folder), path.join(project, folder), { recursive: true });
  await cp(path.join(repository, "package.json"), path.join(project, "package.json"));
  await symlink(path.join(repository, "node_modules"), path.join(project, "node_modules"));
  const record = await bootableArtifact(project, "my-recipe", text);
  const cache = temporaryDirectory(t);
  const provider = await startDynamicProvider({ IRONIC_IMAGES_CACHE: cache }, project, engine);
  t.after(provider.stop);
  await provider.configure({ "project:build": JSON.stringify({ slots: 1 }) });
  const inputs = {
    name: "my-disk",
    artifact: record.name,
    fingerprint: record.fingerprint,
    buildId: record.buildId,
    firmware: "bios",
    settings: { ...bootTestSettings({}, "whole-disk") },
    __provider: door("boot-test"),
  };
  return { project, cache, provider, record, inputs };
}

test(
  "through its real door: an artifact is booted, its verdict is the output, and no path of this machine is",
  { skip },
  async (t) => {
    const { project, provider, record, inputs } = await projectWithArtifact(t, "my-disk login: ");
    assert.deepEqual((await provider.check(inputs)).failures, []);
    const created = await provider.create(inputs);
    assert.match(created.id, new RegExp(`^${record.buildId.slice(0, 12)}-bios-[0-9a-f]{12}$`));
    const { verdict, accelerator, seconds, ...rest } = created.outputs;
    assert.deepEqual([verdict, typeof seconds], ["boots", "number"]);
    assert.match(String(accelerator), /^(kvm|tcg)$/);
    assert.deepEqual(rest, inputs);
    assert.ok(!JSON.stringify(created).includes(project));
    const log = path.join(openStore(project).directory(record), "boot-tests", `${created.id}.log`);
    assert.equal(readFileSync(log, "latin1"), "my-disk login: ");
    // The same test again is the kept one, seconds and all.
    assert.deepEqual(await provider.create(inputs), created);
  },
);

test(
  "through its real door: an image that does not boot has no resource, and the message shows its console",
  { skip },
  async (t) => {
    const { provider, inputs } = await projectWithArtifact(t, "Kernel panic - not syncing: No init\n");
    await assert.rejects(
      provider.create(inputs),
      /my-disk does not boot: Kernel panic[^]*The end of the console:\nKernel panic/,
    );
  },
);

test("through its real door: bytes that are not those of the state are not booted", async (t) => {
  const { project, provider, record, inputs } = await projectWithArtifact(t, "my-disk login: ");
  await assert.rejects(
    provider.create({ ...inputs, buildId: "f".repeat(64) }),
    /holds build [0-9a-f]{12}, but the state records ffffffffffff[^]*store -- import[^]*--replace/,
  );
  await rm(openStore(project).directory(record), { recursive: true });
  await assert.rejects(provider.create(inputs), /is not on this machine[^]*store -- import[^]*--replace/);
});

test("no QEMU is left when the provider is killed in the middle of a boot", { skip }, async (t) => {
  const { cache, provider, inputs } = await projectWithArtifact(t, "");
  const settings = { ...inputs.settings, silenceSeconds: 600 };
  const created = provider.create({ ...inputs, settings }).catch((error: unknown) => error);
  const qemu = await qemuIn(cache);
  process.kill(parentOf(qemu), "SIGKILL");
  assert.ok((await created) instanceof Error);
  for (const deadline = performance.now() + 10_000; isRunning(qemu) && performance.now() < deadline;) await sleep(50);
  assert.equal(isRunning(qemu), false);
});

test("a boot test ends within 2 s of its update's cancellation, and takes QEMU along", { skip }, async (t) => {
  const engine = path.join(temporaryDirectory(t), "pulumi");
  await symlink("/bin/sh", engine);
  const { project, cache, provider, inputs } = await projectWithArtifact(t, "", engine);
  const settings = { ...inputs.settings, silenceSeconds: 600 };
  const created = provider.create({ ...inputs, settings }).catch((error: unknown) => error);
  // The guest's, and not one that only tries an accelerator.
  const qemu = await qemuIn(path.join(cache, "boots/slot-0/serial.log"));
  const start = performance.now();
  markCancelled(project, identifyProcess(provider.pid) as ProcessIdentity);
  const error = await created;
  assert.ok(performance.now() - start <= 2000);
  assert.match(String(error), /cancelled: what runs is being stopped/);
  for (const deadline = performance.now() + 10_000; isRunning(qemu) && performance.now() < deadline;) await sleep(50);
  assert.equal(isRunning(qemu), false);
  // What is begun when the mark is there already does nothing at all.
  assert.match(String(await provider.create({ ...inputs, settings }).catch((again: unknown) => again)), /cancelled: /);
});

test("through its real door: check guards the inputs", async (t) => {
  const { provider, inputs } = await projectWithArtifact(t, "");
  const { failures } = await provider.check({
    ...inputs,
    firmware: "coreboot",
    settings: { ...inputs.settings, limitSeconds: 0 },
  });
  assert.deepEqual(failures.map(({ property }) => property).sort(), ["firmware", "settings.limitSeconds"]);
});
