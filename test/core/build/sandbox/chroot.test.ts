import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { cannotBuild } from "../support.ts";

const standIn = fileURLToPath(new URL("../../../../core/build/sandbox/chroot", import.meta.url));
const skip = cannotBuild() ?? false;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** As an archive has it: name, version, architecture, content. */
const archive = [
  ["apt", "2.6.1", "amd64", "apt of today"],
  ["tar", "1:1.34+dfsg~1", "amd64", "tar of today"],
  ["adduser", "3.134", "all", "adduser"],
] as const;

/** A played chroot prints the tree's indices where a shell is asked to, and else what it was called with. */
const real = `#!/bin/bash
if [ "$2" = /bin/sh ]; then cat "$1"/var/lib/apt/lists/*_Packages*; else echo "chroot itself: \${*:2}"; fi
`;

interface Tree {
  readonly root: string;
  /** Calls the stand-in with the cache mounted in the tree, or not. */
  chroot(words: readonly string[], mounted?: boolean): Promise<string>;
  /** What the cache holds. */
  cached(): string[];
}

function treeWith(t: TestContext, cached: Record<string, string>): Tree {
  const place = temporaryDirectory(t);
  const [root, cache, chroot] = [join(place, "root"), join(place, "cache"), join(place, "chroot")];
  const archives = join(root, "var/cache/apt/archives");
  for (const path of [join(root, "var/lib/apt/lists"), archives, join(cache, "partial")])
    mkdirSync(path, { recursive: true });
  const index = archive.map(
    ([name, version, architecture, content]) =>
      `Package: ${name}\nVersion: ${version}\nArchitecture: ${architecture}\nDescription: Version: 9\nSHA256: ${sha256(content)}\n`,
  );
  // Two files, and no empty line between them.
  writeFileSync(join(root, "var/lib/apt/lists/a_Packages"), index.slice(0, 2).join("\n"));
  writeFileSync(join(root, "var/lib/apt/lists/b_Packages"), `\n${index.slice(2).join("\n")}`);
  writeFileSync(join(cache, "lock"), "");
  writeFileSync(join(cache, "partial/apt_2.6.1_amd64.deb"), "apt of");
  for (const [name, content] of Object.entries(cached)) writeFileSync(join(cache, name), content);
  writeFileSync(chroot, real, { mode: 0o755 });
  return {
    root,
    async chroot(words, mounted = true) {
      const mount = mounted ? 'mount --bind "$0" "$1" &&' : "";
      const shell = ["bash", "-c", `${mount} shift && exec "$@"`, cache, archives];
      const { stdout } = await execa("unshare", ["--mount", ...shell, standIn, chroot, root, ...words]);
      return stdout;
    },
    cached: () => readdirSync(cache, { recursive: true }).map(String).sort(),
  };
}

const clean = ["/usr/bin/apt-get", "clean"];

test(
  "in a tree with the cache of packages mounted, apt-get clean keeps what the indices have by name and digest, and nothing else",
  { skip },
  async (t) => {
    const { chroot, cached } = treeWith(t, {
      "apt_2.6.1_amd64.deb": "apt of today",
      "tar_1%3a1.34+dfsg~1_amd64.deb": "tar of today",
      "adduser_3.134_all.deb": "adduseR",
      "apt_2.6.0_amd64.deb": "apt of yesterday",
      "tar_2_amd64.deb": "tar of today",
      "apt_2.6.1_all.deb": "tar of today",
      "a name\nof two lines.deb": "apt of today",
      "srcpkgcache.bin": "",
    });
    assert.equal(await chroot(clean), "Kept 2 packages that the archive has, with their digests");
    assert.deepEqual(cached(), ["apt_2.6.1_amd64.deb", "lock", "partial", "tar_1%3a1.34+dfsg~1_amd64.deb"]);
  },
);

test("an empty cache of packages stays one, and so does one of which the indices have nothing", { skip }, async (t) => {
  for (const cached of [{}, { "apt_1_amd64.deb": "apt of long ago" }]) {
    const tree = treeWith(t, cached);
    assert.match(await tree.chroot(clean), /^Kept 0 packages/);
    assert.deepEqual(tree.cached(), ["lock", "partial"]);
  }
});

const others: [string, readonly string[], boolean][] = [
  ["the cache is not mounted", clean, false],
  ["apt-get is asked for something else", ["/usr/bin/apt-get", "autoclean"], true],
  ["apt-get is asked for more", [...clean, "--dry-run"], true],
  ["another program is called", ["/usr/bin/dpkg", "clean"], true],
];

for (const [when, words, mounted] of others) {
  test(`chroot itself, played, runs when ${when}`, { skip }, async (t) => {
    const { chroot, cached } = treeWith(t, { "apt_1_amd64.deb": "apt of long ago" });
    assert.equal(await chroot(words, mounted), `chroot itself: ${words.join(" ")}`);
    assert.ok(cached().includes("apt_1_amd64.deb"));
  });
}
