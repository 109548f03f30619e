import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { openStore } from "../../../core/artifacts/store.ts";
import { stage, unpublished } from "./samples.ts";
import {
  cannotMount,
  clientIn,
  projectDirectory,
  storeClient,
  storeWithArtifact,
  wrongIn,
  type ClientAnswer,
} from "./support.ts";

const lacking = cannotMount();
const { name, fingerprint } = unpublished();
const starvingClient = fileURLToPath(new URL("./starving-client.ts", import.meta.url));
const isBuildId = /^[0-9a-f]{64}$/;

interface Outcomes {
  readonly outcomes: readonly string[];
  readonly leaked: number;
}

const readOnly = `mount --bind "$project" "$project"\nmount -o remount,ro,bind "$project"`;
// Root that owns what it may not read: the rights of files count again.
const withoutOverride = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override"];

test("fault 33: in a read-only store a whole artifact is found, and uploaded after verifying", async (t) => {
  if (lacking) return t.skip(lacking);
  const { project, record } = await storeWithArtifact(t);
  assert.deepEqual(await clientIn(readOnly, project, ["find"]), { buildId: record.buildId, messages: [] });
  const prepare = `touch "$project"/.images/artifacts/*/my-image.raw\n${readOnly}`;
  const uploaded = await clientIn(prepare, project, ["upload", record.buildId]);
  assert.equal(uploaded.buildId, record.buildId);
  assert.match(uploaded.messages.join("\n"), /that cannot be noted there, so it is hashed every time.*EROFS/);
});

test("fault 33: in a read-only store a damaged artifact counts as missing, and both are said", async (t) => {
  if (lacking) return t.skip(lacking);
  const { project, record } = await storeWithArtifact(t);
  const prepare = `printf x >>"$project/.images/artifacts/${name}-${fingerprint.slice(0, 12)}/my-image.raw"\n${readOnly}`;
  for (const action of [["find"], ["upload", record.buildId]]) {
    const { buildId, error, messages } = await clientIn(prepare, project, action);
    assert.deepEqual([buildId, error?.code], [undefined, action[0] === "find" ? undefined : "artifact-missing"]);
    assert.match(
      messages[0] ?? "",
      /is damaged: my-image\.raw has .*could not be set aside \(EROFS.*counts as missing/,
    );
  }
});

test("fault 33: publishing into a read-only store names the place and the reason", async (t) => {
  if (lacking) return t.skip(lacking);
  const project = projectDirectory(t);
  const staging = stage(project);
  mkdirSync(join(project, ".images/artifacts"));
  const artifacts = `"$project/.images/artifacts"`;
  const prepare = `mount --bind ${artifacts} ${artifacts}\nmount -o remount,ro,bind ${artifacts}`;
  const { error } = await clientIn(prepare, project, ["publish", staging]);
  assert.equal(error?.code, "storage-failed");
  assert.match(error.message, /\.images\/artifacts.* cannot be written: its file system is read-only \(EROFS\)/);
  assert.ok(existsSync(join(staging, "my-image.raw")), "what was built stays");
});

for (const [what, spoil] of [
  ["a file", "my-image.raw"],
  ["the record", "artifact.json"],
] as const) {
  test(`fault 33: an artifact, ${what} of which has mode 000, is not uploaded, and the message says what to do`, async (t) => {
    if (lacking) return t.skip(lacking);
    const { project, record } = await storeWithArtifact(t);
    const prepare = `chmod 000 "$project"/.images/artifacts/*/${spoil}`;
    const { error } = await clientIn(prepare, project, ["upload", record.buildId], { command: withoutOverride });
    assert.equal(error?.code, "artifact-unreadable");
    assert.match(error.message, new RegExp(`${spoil} cannot be read by user 0 .*chmod u\\+rX`));
  });
}

test("fault 33: a store behind a symbolic link is a store like any other", async (t) => {
  const project = projectDirectory(t);
  const staging = stage(project);
  mkdirSync(join(project, "elsewhere"));
  symlinkSync("../elsewhere", join(project, ".images/artifacts"));
  const store = openStore(project);
  const record = await store.publish(staging, unpublished());
  assert.deepEqual(await store.find(name, fingerprint), record);
  assert.deepEqual(await wrongIn(project), []);
  appendFileSync(join(store.directory(record), "my-image.raw"), "x");
  assert.equal(await store.find(name, fingerprint), undefined);
  assert.ok(existsSync(join(project, "elsewhere", `${name}-${fingerprint.slice(0, 12)}.bad-1`)));
});

test("fault 33: an artifact of another file system is copied into the store, verified there, and nothing else is left (EXDEV)", async (t) => {
  if (lacking) return t.skip(lacking);
  const project = projectDirectory(t);
  const staging = stage(project);
  // The store's content is looked at through a second name, because the mount ends with the client.
  const prepare = `mkdir -p "$project/.images/artifacts" "$project/kept"\nmount --bind "$project/kept" "$project/.images/artifacts"`;
  const { buildId, messages } = await clientIn(prepare, project, ["publish", staging]);
  assert.deepEqual(messages, []);
  assert.equal(existsSync(staging), false);
  assert.deepEqual(readdirSync(join(project, "kept")).sort(), [".lock", `${name}-${fingerprint.slice(0, 12)}`]);
  assert.equal((await clientIn(prepare, project, ["find"])).buildId, buildId);
  const again = await clientIn(prepare, project, ["publish", stage(project)]);
  assert.equal(again.buildId, buildId, "a whole one stays");
  const elsewhere = await openStore(projectDirectory(t)).importFrom(
    join(project, "kept", `${name}-${fingerprint.slice(0, 12)}`),
  );
  assert.equal(elsewhere.buildId, buildId);
});

test("fault 10: a store whose file system is full says so with the path, and has a whole artifact or none, at every size", async (t) => {
  if (lacking) return t.skip(lacking);
  const outcomes: string[] = [];
  // The files take 72 KiB; the rest goes to directories, stamp and record, at 4 KiB each.
  for (const kilobytes of [64, 76, 84, 128]) {
    const project = projectDirectory(t);
    const staging = stage(project);
    const prepare = [
      `mkdir -p "$project/.images/artifacts" "$project/out"`,
      `mount -t tmpfs -o size=${kilobytes}k tmpfs "$project/.images/artifacts"`,
      `trap 'cp -a "$project/.images/artifacts/." "$project/out"' EXIT`,
    ].join("\n");
    const { buildId, error } = await clientIn(`${prepare}\n"$@"\nexit`, project, ["publish", staging]);
    const left = readdirSync(join(project, "out"));
    assert.equal(left.includes(`${name}-${fingerprint.slice(0, 12)}`), buildId !== undefined, `${kilobytes} KiB`);
    assert.ok(!left.some((entry) => entry.startsWith(".incoming-")), `${kilobytes} KiB: nothing half stays`);
    outcomes.push(error === undefined ? "published" : (error.code ?? error.message));
    if (error !== undefined) {
      assert.match(error.message, /\.images\/artifacts\S* cannot be written: no space is left.*ENOSPC/);
      assert.ok(existsSync(join(staging, "my-image.raw")), "what was built stays");
    }
  }
  assert.deepEqual([outcomes[0], outcomes.at(-1)], ["storage-failed", "published"]);
});

test("fault 36: a process that is short of descriptors fails cleanly or publishes, and leaks none (EMFILE)", async (t) => {
  if (lacking) return t.skip(lacking);
  const project = projectDirectory(t);
  const { stdout } = await execa("prlimit", ["--nofile=80", process.execPath, starvingClient, project, "starved"]);
  const { outcomes, leaked } = JSON.parse(stdout) as Outcomes;
  assert.equal(leaked, 0);
  assert.equal(outcomes[0], "EMFILE");
  assert.match(outcomes.at(-1) ?? "", isBuildId);
  await assertAllOrNothing(project, outcomes);
});

for (const [call, errno] of [
  ["fsync", "EIO"],
  ["rename", "EIO"],
  ["fsync", "EINTR"],
] as const) {
  test(`fault 36: ${errno} from any ${call} of publishing fails it cleanly or is tried again (played by strace)`, async (t) => {
    if ((await execa("strace", ["-V"], { reject: false })).failed) return t.skip("needs strace");
    const project = projectDirectory(t);
    // 24 publishings with one fault each or so, each time a little later: strace counts by thread, so there is one.
    const inject = `--inject=${call}:error=${errno}:when=${call === "fsync" ? "13+14" : "5+4"}`;
    const { stdout } = await execa(
      "strace",
      [
        ...["--seccomp-bpf", "-f", "-qq", "-o", join(project, "trace"), `--trace=${call}`, inject],
        ...[process.execPath, starvingClient, project],
      ],
      { env: { UV_THREADPOOL_SIZE: "1" } },
    );
    const { outcomes } = JSON.parse(stdout) as Outcomes;
    const failed = outcomes.filter((outcome) => !isBuildId.test(outcome));
    if (errno === "EIO") assert.ok(failed.length > 2 && failed.every((outcome) => outcome === "EIO"), failed.join(" "));
    else assert.deepEqual(failed, []);
    assert.match(readFileSync(join(project, "trace"), "utf8"), new RegExp(`${call}.*${errno}.*INJECTED`));
    await assertAllOrNothing(project, outcomes);
  });
}

/** After each publishing the store is whole; it holds the artifact if that was the answer, and what was built is not lost otherwise. */
async function assertAllOrNothing(directory: string, outcomes: readonly string[]): Promise<void> {
  assert.equal(outcomes.length, 24);
  for (const [index, outcome] of outcomes.entries()) {
    const project = join(directory, String(index));
    assert.deepEqual(await wrongIn(project), []);
    const found = await openStore(project).find(name, fingerprint);
    if (isBuildId.test(outcome)) assert.equal(found?.buildId, outcome);
    const staged = readdirSync(join(project, ".images")).filter((entry) => entry.startsWith("staging"));
    assert.equal(staged.length, found === undefined ? 1 : 0);
  }
}

test("fault 36: a file that the disk no longer gives is damaged: told, set aside, never uploaded (EIO, played by strace)", async (t) => {
  if ((await execa("strace", ["-V"], { reject: false })).failed) return t.skip("needs strace");
  const { project, record, directory } = await storeWithArtifact(t);
  // Its times are changed, so that it is read again.
  await execa("touch", [join(directory, "my-image.initrd")]);
  const read = ["--trace=read,pread64", "--inject=read,pread64:error=EIO", "-P", join(directory, "my-image.initrd")];
  const { stdout } = await execa("strace", [
    ...["--seccomp-bpf", "-f", "-qq", "-o", join(project, "trace"), ...read],
    ...[process.execPath, storeClient, project, "upload", record.buildId],
  ]);
  const { error, messages } = JSON.parse(stdout) as ClientAnswer;
  assert.equal(error?.code, "artifact-missing");
  assert.match(messages.join("\n"), /my-image\.initrd cannot be read: input\/output error \(EIO\).*set aside as/);
});
