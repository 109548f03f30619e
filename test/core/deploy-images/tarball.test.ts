import assert from "node:assert/strict";
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { fetchPair } from "../../../core/deploy-images/fetch-pair.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { sha256Of } from "../download/server.ts";
import { publish } from "./publisher.ts";

/** A real tarball of what `make` leaves in a directory. */
async function tarball(
  t: TestContext,
  make: (directory: string) => void,
  options: readonly string[] = [],
): Promise<Buffer> {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, "in"));
  make(join(directory, "in"));
  const file = join(directory, "out.tar.gz");
  await execa("tar", ["--create", "--gzip", "--file", file, ...options, ...readdirSync(join(directory, "in"))], {
    cwd: join(directory, "in"),
  });
  return readFileSync(file);
}

async function fetchTarball(t: TestContext, bytes: Buffer, pinned = sha256Of(bytes)) {
  const { origin } = await publish(t, new Map([["/ipa.tar.gz", bytes]]));
  const [directory, partialDirectory] = [temporaryDirectory(t), temporaryDirectory(t)];
  const run = () =>
    fetchPair({
      source: { tarballUrl: `${origin}/ipa.tar.gz` },
      pins: { tarballSha256: pinned },
      name: "deploy",
      directory,
      partialDirectory,
      report: () => undefined,
      limits: { pauses: [] },
    });
  return { directory, partialDirectory, run };
}

const pair = (directory: string) => {
  writeFileSync(join(directory, "ipa.kernel"), "the kernel");
  writeFileSync(join(directory, "ipa.initramfs"), "the initramfs");
};

for (const [what, make, options] of [
  ["just the pair", pair, []],
  [
    "the pair and more",
    (directory: string) => {
      pair(directory);
      writeFileSync(join(directory, "README"), "x");
      symlinkSync("README", join(directory, "link"));
    },
    [],
  ],
  [
    "the pair in a directory",
    (directory: string) => {
      mkdirSync(join(directory, "ipa"));
      pair(join(directory, "ipa"));
    },
    [],
  ],
  ["the pair with ./ before it", pair, ["--transform", "s,^,./,"]],
  ["the pair of another user", pair, ["--owner", "12345", "--group", "54321"]],
] as const) {
  test(`a tarball of ${what} gives the pair`, async (t) => {
    const { directory, partialDirectory, run } = await fetchTarball(t, await tarball(t, make, options));
    await run();
    assert.deepEqual(readdirSync(directory).sort(), ["deploy.initramfs", "deploy.kernel"]);
    assert.equal(readFileSync(join(directory, "deploy.kernel"), "utf8"), "the kernel");
    assert.equal(readFileSync(join(directory, "deploy.initramfs"), "utf8"), "the initramfs");
    assert.deepEqual(
      readdirSync(partialDirectory).filter((name) => !name.endsWith(".lock")),
      [],
    );
  });
}

for (const [what, make, options, message] of [
  ["no kernel", (directory: string) => writeFileSync(join(directory, "ipa.initramfs"), "x"), [], /has no \*\.kernel/],
  [
    "two kernels",
    (directory: string) => {
      pair(directory);
      writeFileSync(join(directory, "old.kernel"), "x");
    },
    [],
    /has 2 files \*\.kernel/,
  ],
  [
    "an empty kernel",
    (directory: string) => {
      pair(directory);
      writeFileSync(join(directory, "ipa.kernel"), "");
    },
    [],
    /is no file of 0 bytes/,
  ],
  [
    "a symbolic link as kernel",
    (directory: string) => {
      writeFileSync(join(directory, "ipa.initramfs"), "x");
      symlinkSync("/etc/passwd", join(directory, "ipa.kernel"));
    },
    [],
    /\*\.kernel that is no regular file/,
  ],
  [
    "a hard link as kernel",
    (directory: string) => {
      pair(directory);
      linkSync(join(directory, "ipa.initramfs"), join(directory, "a"));
      writeFileSync(join(directory, "z"), "x");
      linkSync(join(directory, "z"), join(directory, "zz.kernel"));
    },
    ["--exclude", "ipa.kernel"],
    /\*\.(kernel|initramfs) that is no regular file/,
  ],
  [
    "a directory as kernel",
    (directory: string) => {
      writeFileSync(join(directory, "ipa.initramfs"), "x");
      mkdirSync(join(directory, "ipa.kernel"));
    },
    [],
    /has no \*\.kernel/,
  ],
  ["a path upwards", pair, ["--absolute-names", "--transform", "s,^,../,"], /has a member outside of itself/],
  ["an absolute path", pair, ["--absolute-names", "--transform", "s,^,/,"], /has a member outside of itself/],
  ["a line end in the name", pair, ["--transform", "s,^ipa.k,i\\npa.k,"], /odd name/],
] as const) {
  test(`a tarball with ${what} is refused and gives nothing`, async (t) => {
    const { directory, run } = await fetchTarball(t, await tarball(t, make, options));
    await assert.rejects(run, { code: "deploy-image-refused", message });
    assert.deepEqual(readdirSync(directory), []);
  });
}

for (const [name, size] of [
  ["kernel", 257],
  ["initramfs", 4097],
] as const) {
  test(`fault 28: a tarball of a few kilobytes whose ${name} unpacks to ${size} MiB is not unpacked`, async (t) => {
    const bomb = (directory: string) => {
      pair(directory);
      truncateSync(join(directory, `ipa.${name}`), size * 2 ** 20);
    };
    const bytes = await tarball(t, bomb, ["--sparse"]);
    assert.ok(bytes.length < 10_000);
    const { directory, run } = await fetchTarball(t, bytes);
    const message = new RegExp(`has a \\*\\.${name} of \\d+ bytes, more than the \\d+ that are allowed`);
    await assert.rejects(run, { code: "deploy-image-refused", message });
    assert.deepEqual(readdirSync(directory), []);
  });
}

test("a tarball that is none is refused in tar's words", async (t) => {
  const { directory, run } = await fetchTarball(t, Buffer.from("no tarball, but long enough to be looked at"));
  await assert.rejects(run, { code: "deploy-image-refused", message: /cannot be unpacked[^]*tar/ });
  assert.deepEqual(readdirSync(directory), []);
});

test("a tarball that is not what is pinned is not opened", async (t) => {
  const bytes = await tarball(t, pair);
  const { directory, run } = await fetchTarball(t, bytes, "f".repeat(64));
  await assert.rejects(run, {
    code: "deploy-image-differs",
    message: new RegExp(`${"f".repeat(64)}.*${sha256Of(bytes)}`),
  });
  assert.deepEqual(readdirSync(directory), []);
});
