import assert from "node:assert/strict";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { execaSync } from "execa";
import { verifyStore } from "../../../core/artifacts/examine.ts";
import { recordFileName } from "../../../core/artifacts/names.ts";
import { requireUploadable } from "../../../core/artifacts/require-artifact.ts";
import { partitionFiles, stage, unpublished } from "./samples.ts";
import { storeWithArtifact, wrongIn } from "./support.ts";

const { name, fingerprint } = unpublished();

/** In place of the kernel, or of the whole artifact: what happens to it, and what is said of it. */
const faults: readonly {
  title: string;
  spoil(kernel: string, directory: string): void;
  said: RegExp;
  /** The artifact's place is free, or taken when the next one comes: nothing is set aside on looking. */
  stays?: true;
}[] = [
  {
    title: "fault 31: an artifact one byte of which changed",
    spoil: (kernel) => flip(kernel),
    said: /my-image\.vmlinuz is not what was built: expected sha256 [0-9a-f]{64}/,
  },
  {
    title: "fault 31: an artifact one byte of which changed under its old mtime",
    spoil(kernel) {
      const { atime, mtime } = statSync(kernel);
      flip(kernel);
      utimesSync(kernel, atime, mtime);
    },
    said: /my-image\.vmlinuz is not what was built/,
  },
  {
    title: "fault 31: an artifact a file of which was cut",
    spoil: (kernel) => truncateSync(kernel, 512),
    said: /my-image\.vmlinuz has 512 bytes, and should have \d+/,
  },
  {
    title: "fault 31: an artifact a file of which is empty",
    spoil: (kernel) => truncateSync(kernel, 0),
    said: /my-image\.vmlinuz has 0 bytes/,
  },
  {
    title: "fault 31: an artifact that grew",
    spoil: (kernel) => appendFileSync(kernel, "more"),
    said: /my-image\.vmlinuz has \d+ bytes, and should have \d+/,
  },
  {
    title: "fault 31: an artifact a file of which became a hole of 1 TiB, which nobody hashes",
    spoil: (kernel) => truncateSync(kernel, 2 ** 40),
    said: /my-image\.vmlinuz has 1099511627776 bytes/,
  },
  {
    title: "fault 32: an artifact a file of which was deleted",
    spoil: (kernel) => unlinkSync(kernel),
    said: /my-image\.vmlinuz is missing/,
  },
  {
    title: "fault 32: an artifact the record of which was deleted",
    spoil: (_, directory) => unlinkSync(`${directory}/${recordFileName}`),
    said: /it has no artifact\.json/,
    stays: true,
  },
  {
    title: "fault 32: an artifact file and record of which were deleted",
    spoil(kernel, directory) {
      unlinkSync(kernel);
      unlinkSync(`${directory}/${recordFileName}`);
    },
    said: /it has no artifact\.json/,
    stays: true,
  },
  {
    title: "fault 34: an artifact a file of which became a link",
    spoil(kernel) {
      renameSync(kernel, `${kernel}.real`);
      symlinkSync(`${kernel}.real`, kernel);
    },
    said: /my-image\.vmlinuz is not a regular file/,
  },
  {
    title: "fault 34: an artifact a file of which became a FIFO",
    spoil: (kernel) => replace(kernel, "mkfifo", kernel),
    said: /my-image\.vmlinuz is not a regular file/,
  },
  {
    title: "fault 34: an artifact a file of which became a device",
    spoil: (kernel) => replace(kernel, "mknod", kernel, "c", "1", "5"),
    said: /my-image\.vmlinuz is not a regular file/,
  },
  {
    title: "fault 34: an artifact a file of which became a directory",
    spoil(kernel) {
      unlinkSync(kernel);
      mkdirSync(kernel);
    },
    said: /my-image\.vmlinuz is not a regular file/,
  },
  {
    title: "fault 34: an artifact the record of which became a FIFO",
    spoil: (_, directory) => replace(`${directory}/${recordFileName}`, "mkfifo", `${directory}/${recordFileName}`),
    said: /artifact\.json is not a regular file/,
    stays: true,
  },
  {
    title: "fault 34: an artifact the record of which became a link",
    spoil(_, directory) {
      renameSync(`${directory}/${recordFileName}`, `${directory}/record`);
      symlinkSync("record", `${directory}/${recordFileName}`);
    },
    said: /artifact\.json is a symbolic link/,
    stays: true,
  },
  {
    title: "fault 34: an artifact that became a link to itself elsewhere",
    spoil(_, directory) {
      renameSync(directory, `${directory}.elsewhere`);
      symlinkSync(`${directory}.elsewhere`, directory);
    },
    said: /it is not a directory/,
  },
  {
    title: "fault 33: an artifact a file of which belongs to another user",
    spoil: (kernel) => chownSync(kernel, 65534, 65534),
    said: /my-image\.vmlinuz belongs to another user \(uid 65534\)/,
  },
  {
    title: "fault 33: an artifact the directory of which belongs to another user",
    spoil: (_, directory) => chownSync(directory, 65534, 65534),
    said: /belongs to another user \(uid 65534\)/,
  },
];

for (const { title, spoil, said, stays = false } of faults) {
  test(`${title} is told, never uploaded, and gives way to a new one`, async (t) => {
    if (process.getuid?.() !== 0) return t.skip("needs root");
    const { project, store, record, directory, messages } = await storeWithArtifact(t);
    const { buildId } = record;
    spoil(`${directory}/my-image.vmlinuz`, directory);

    const wrong = await wrongIn(project);
    assert.match(wrong.join("\n"), said);
    await assert.rejects(requireUploadable(store, { name, fingerprint, buildId }, "pulumi up", false), {
      code: "artifact-missing",
    });
    assert.equal(await store.find(name, fingerprint), undefined);
    if (!stays) {
      assert.match(messages[0] ?? "", said);
      assert.match(messages[0] ?? "", /set aside as .*\.bad-1$/);
    }

    const rebuilt = await store.publish(stage(project, partitionFiles("two")), unpublished());
    assert.notEqual(rebuilt.buildId, buildId);
    assert.match(messages.join("\n"), said);
    assert.ok(existsSync(`${directory}.bad-1`), "what was wrong is there for a look");
    rmSync(`${directory}.elsewhere`, { recursive: true, force: true });
    assert.deepEqual(await wrongIn(project), []);
    assert.deepEqual(await store.find(name, fingerprint), rebuilt);
  });
}

test("fault 31: a second damaged artifact gets a name of its own", async (t) => {
  const { project, store, directory } = await storeWithArtifact(t);
  for (const aside of [`${directory}.bad-1`, `${directory}.bad-2`]) {
    flip(`${directory}/my-image.vmlinuz`);
    assert.equal(await store.find(name, fingerprint), undefined);
    assert.ok(existsSync(aside));
    await store.publish(stage(project), unpublished());
  }
  assert.deepEqual(
    (await Array.fromAsync(verifyStore(project))).map(({ is, why }) => [is, why]),
    [
      ["artifact", undefined],
      ["set-aside", undefined],
      ["set-aside", undefined],
    ],
  );
});

test("fault 31: bytes that rot under unchanged times are found before an upload, and then by everybody", async (t) => {
  const { project, store, record, directory } = await storeWithArtifact(t);
  const { buildId } = record;
  rot(`${directory}/my-image.raw`, `${directory}/verified.json`);
  assert.deepEqual(await store.find(name, fingerprint), record, "a look does not hash what was not touched");
  await assert.rejects(requireUploadable(store, { name, fingerprint, buildId }, "pulumi up", false), {
    code: "artifact-corrupt",
    message: /my-image\.raw is not what was built/,
  });
  assert.equal(await store.find(name, fingerprint), undefined);
  assert.deepEqual(await wrongIn(project), []);
});

test("fault 31: verifying the store finds bytes that rot, and nobody believes them afterwards", async (t) => {
  const { project, store, directory } = await storeWithArtifact(t);
  rot(`${directory}/my-image.raw`, `${directory}/verified.json`);
  assert.match((await wrongIn(project)).join("\n"), /my-image\.raw is not what was built/);
  assert.ok(existsSync(directory), "verifying moves nothing");
  assert.equal(await store.find(name, fingerprint), undefined);
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[300] = (bytes[300] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** Changes a byte, and makes the stamp fit: what a failing disk does. */
function rot(path: string, stamp: string): void {
  flip(path);
  const { ctimeNs, mtimeNs } = statSync(path, { bigint: true });
  const noted = JSON.parse(readFileSync(stamp, "utf8")) as { files: Record<string, Record<string, string>> };
  Object.assign(noted.files["my-image.raw"] ?? {}, { ctime: String(ctimeNs), mtime: String(mtimeNs) });
  writeFileSync(stamp, JSON.stringify(noted));
}

function replace(path: string, command: string, ...args: string[]): void {
  unlinkSync(path);
  execaSync(command, args);
}
