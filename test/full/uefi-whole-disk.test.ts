// A real Debian image for UEFI: built (in user-mode-linux where this kernel lacks VFAT), looked into, booted under OVMF to a login prompt, and deployed by a real Ironic.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { bootTest } from "../../core/boot/boot-test.ts";
import { consoleLog } from "../../core/boot/kept-verdicts.ts";
import { plainText } from "../../core/boot/serial-log.ts";
import { bootTestSettings } from "../../core/boot/settings.ts";
import type { BuildJob } from "../../core/build/job.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import type { RecipeContent } from "../../core/recipe/content.ts";
import { fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { fingerprints, localImages, noteAcceptance, startAcceptance, type LocalImages } from "../support/acceptance.ts";
import { keepInCache, takeWhatIsThere } from "../support/artifact-cache.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { buildInUml } from "../support/uml/build.ts";
import { efiSystemPartition, readDisk, readGpt } from "../support/uml/gpt.ts";
import { umlNeeds } from "../support/uml/needs.ts";

const kernelHasVfat = existsSync("/proc/filesystems") && /\bvfat$/m.test(readFileSync("/proc/filesystems", "utf8"));

const content: RecipeContent = {
  kind: "whole-disk",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  // The last one changes nothing but the initramfs, see its README.
  elements: ["dhcp-all-interfaces", "enable-serial-console", ...(kernelHasVfat ? [] : ["quick-initramfs"])],
  packages: [],
  firmware: "uefi",
  diskFormat: "qcow2",
  compression: "zstd",
  environment: {},
};

const name = "debian-uefi";
const buildMinutes = 120;

test("a Debian whole-disk image for UEFI boots to a login prompt", { skip: needs() }, async (t) => {
  const projectDirectory = temporaryDirectory(t);
  const scratch = join(projectDirectory, "scratch");
  mkdirSync(scratch);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = scratch;
  t.after(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  });
  copyElements(projectDirectory);
  const inputs = fingerprintInputs(content, projectDirectory);
  const job: BuildJob = { schema: 1, name, fingerprint: fingerprint(inputs), inputs };
  const say = progress();

  const record = kernelHasVfat
    ? await buildHere(job, projectDirectory, say)
    : await buildInUml(job, { projectDirectory, timeoutMinutes: buildMinutes, onLine: say });
  t.diagnostic(`built on kernel ${record.tools["kernel"]}: ${JSON.stringify(record.seconds)}`);
  await keepInCache(projectDirectory, job.name, job.fingerprint);

  const directory = openStore(projectDirectory).directory(record);
  const image = join(directory, record.files.image?.name ?? "");
  const partitions = readGpt(await readDisk(image, projectDirectory, 0, 2 ** 20));
  const [esp] = partitions.filter(({ type }) => type === efiSystemPartition);
  assert.ok(esp, `an EFI system partition among ${JSON.stringify(partitions)}`);
  const fat = await readDisk(image, projectDirectory, esp.offset, esp.size);
  assert.match(fat.toString("latin1", 0, 90), /FAT(16|32) {3}/);
  // The directory entry of the file that firmware without boot entries starts.
  assert.ok(fat.includes("BOOTX64 EFI"), "EFI/BOOT/BOOTX64.EFI in the EFI system partition");

  const settings = bootTestSettings({ limitSeconds: 3600, silenceSeconds: 600 }, content.kind);
  const boot = await bootTest({
    name: record.name,
    directory,
    record,
    firmware: "uefi",
    settings,
    onEvent: (event) => say(event.type === "progress" ? `${event.phase}, ${event.elapsedSeconds} s` : event.type),
  });
  t.diagnostic(`${boot.accelerator}: ${Math.round(boot.seconds)} s`);
  const log = consoleLog(directory, { buildId: record.buildId, firmware: "uefi", settings });
  assert.match(plainText(readFileSync(log, "latin1")), /login: $/);
  assert.deepEqual(readdirSync(scratch), [], "no scratch directory is left");
  assert.deepEqual(processesOf(scratch), [], "no process is left");
});

describe("a real Ironic and the Debian image for UEFI that was built before", { skip: needs() }, () => {
  let cloud: TestCloud;
  let local: LocalImages;
  let isThere = false;

  before(async () => {
    cloud = await testCloud();
    local = await localImages(cloud.cloudsFile, "uefi", { userImages: { "my-uefi-disk": { recipe: name } } });
    const { project } = local;
    const { architecture: _, ...recipe } = content;
    copyElements(project.directory);
    await project.writeRecipe(name, recipe);
    const wanted = { userImages: { "my-uefi-disk": { recipe: name } }, deployImages: {} };
    const image = [name, fingerprint(fingerprintInputs(content, project.directory))] as const;
    assert.deepEqual(await fingerprints(project, wanted), [image]);
    isThere = await takeWhatIsThere(project.directory, ...image);
    if (!isThere) return;
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.equal(up.exitCode, 0, up.stderr + up.stdout);
    await local.keep();
  });

  after(async () => {
    await local.project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await local.project.remove();
    await cloud.stop();
  });

  it("where OVMF is missing the machine is skipped, and the command says so", async (t) => {
    if (!isThere) return t.skip("needs the image that the test before this one builds");
    const hidden = '[ ! -e "$1" ] || mount -t tmpfs none "$1"; shift; exec "$@"';
    const through = ["unshare", "--mount", "sh", "-c", hidden, "sh", "/usr/share/OVMF"];
    const { exitCode, stdout, stderr } = await startAcceptance(local.project, [], { through });
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /^my-uefi-disk +whole-disk +uefi +passed \(\d+ s\) +skipped +- +accepted$/m);
    assert.match(stdout, /^my-uefi-disk: full part skipped: OVMF, the UEFI firmware for QEMU, is not on this machine/m);
  });

  it("is deployed onto a machine with OVMF, which boots from its disk", async (t) => {
    if (!isThere) return t.skip("needs the image that the test before this one builds");
    const { exitCode, stdout, stderr } = await startAcceptance(local.project, []);
    t.diagnostic(stdout);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.match(stdout, /^my-uefi-disk +whole-disk +uefi +passed \(\d+ s\) +\d+ s +\d+ s +accepted$/m);
    await noteAcceptance("A whole-disk image for UEFI", local.project);
  });
});

function copyElements(projectDirectory: string): void {
  cpSync(join(import.meta.dirname, "../support/uml/elements"), join(projectDirectory, "elements"), { recursive: true });
}

function needs(): string | false {
  if (process.getuid?.() !== 0) return "needs root";
  const missing = ["qemu-system-x86_64", "qemu-img"].filter((command) => !onPath(command));
  if (!onPath("disk-image-create")) missing.push("disk-image-create (npm start installs it)");
  if (!["/usr/share/OVMF", "/usr/share/edk2", "/usr/share/qemu/ovmf-x86_64-code.bin"].some((path) => existsSync(path)))
    missing.push("ovmf");
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  return kernelHasVfat ? false : (umlNeeds() ?? false);
}

function onPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => existsSync(join(directory, command)));
}

async function buildHere(
  job: BuildJob,
  projectDirectory: string,
  say: (line: string) => void,
): Promise<ArtifactRecord> {
  const build = await localExecutor({ projectDirectory, settings: { timeoutMinutes: buildMinutes } }).startOrAttach(
    job,
  );
  for await (const event of build.events())
    if (event.type === "progress") say(`${event.phase}, ${event.elapsedSeconds} s`);
    else say(event.type === "waiting" ? event.reason : event.text);
  return build.fetch();
}

/** Prints one line a minute, at once (diagnostics come at the end), so that a run of half an hour is seen to live. */
function progress(): (line: string) => void {
  const start = performance.now();
  let shown = start;
  return (line) => {
    if (performance.now() - shown < 60_000) return;
    shown = performance.now();
    console.log(`${Math.round((shown - start) / 1000)} s: ${line}`);
  };
}

/** Processes that got a directory in their environment, as everything of a guest does. */
function processesOf(directory: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "latin1").includes(directory);
    } catch {
      return false;
    }
  });
}
