import assert from "node:assert/strict";
import { chmodSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import { cannotBecomeNobody, nobody, watchOwners } from "../../../support/process-owners.ts";
import { assertNoResidue } from "../../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "../support.ts";

const runner = join(import.meta.dirname, "./build-as-user.ts");

/** A project that belongs to nobody, and a builder that the fixture plays. */
function projectOfNobody(t: TestContext): Project {
  const bin = playedBuilder(t);
  chmodSync(bin, 0o755);
  const project = makeProject(t, { path: bin });
  return project;
}

/**
 * Builds as nobody, with a umask that keeps nothing from others.
 * @param rights lines of /etc/sudoers, which take its place for these processes alone
 */
function build(project: Project, play: string, rights: string) {
  const parent = dirname(project.directory);
  const sudoers = join(parent, "sudoers");
  writeFileSync(sudoers, `Defaults !lecture\nroot ALL=(ALL) ALL\n${rights}\n`, { mode: 0o440 });
  const script = `set -eu
    chown -R ${nobody}:${nobody} "$1/project" "$1/cache"; chmod 711 "$1"
    mount --bind "$1/sudoers" /etc/sudoers
    umask 000
    exec setpriv --reuid ${nobody} --regid ${nobody} --clear-groups "$2" "$3" "$1/project"`;
  const words = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", parent, process.execPath, runner];
  return execa("unshare", words, {
    input: JSON.stringify(playedJob(project, play)),
    env: { HOME: project.cache, IRONIC_IMAGES_CACHE: project.cache },
    reject: false,
  });
}

const skip = cannotBuild() ?? (await cannotBecomeNobody(runner)) ?? false;

test(
  "as nobody with sudo only the sandbox is root's, and what it leaves is nobody's and open to nobody else",
  { skip },
  async (t) => {
    const project = projectOfNobody(t);
    const running = build(project, "right", `#${nobody} ALL=(root) NOPASSWD: ALL`);
    const owners = watchOwners(project.directory);
    const { stdout, stderr } = await running;
    const { user, root, wrong } = await owners.stop();
    assert.equal(stdout, "built", stderr);
    assert.deepEqual(wrong, []);
    assert.ok(
      user.some((args) => args.includes("job-main.ts")),
      "the job was seen, as nobody's",
    );
    assert.ok(
      root.some((args) => args.includes("inside.sh")),
      "the sandbox was seen, as root's",
    );
    const images = join(project.directory, ".images");
    assert.equal(lstatSync(images).mode & 0o777, 0o700);
    for (const path of readdirSync(images, { recursive: true, encoding: "utf8" })) {
      const { uid, mode } = lstatSync(join(images, path));
      assert.equal(uid, nobody, path);
      assert.equal(mode & 0o022, 0, `${path} has mode ${(mode & 0o777).toString(8)}`);
    }
    await assertNoResidue(project.directory);
  },
);

test(
  "fault 18: as nobody without sudo a build is refused before it begins, with what is missing",
  { skip },
  async (t) => {
    const project = projectOfNobody(t);
    const { stdout, stderr } = await build(project, "right", "");
    assert.match(stdout, /neither root nor `sudo -n` without a password/, stderr);
    await assertNoResidue(project.directory);
  },
);
