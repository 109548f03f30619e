import assert from "node:assert/strict";
import { chmodSync, lstatSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import { assertNoResidue } from "../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, type Project } from "./support.ts";

const nobody = 65534;
const runner = join(import.meta.dirname, "build-as-user.ts");

/** Why no other user can build here, or undefined. */
async function cannotBecomeNobody(): Promise<string | undefined> {
  const [words, node] = [["--reuid", `${nobody}`, "--regid", `${nobody}`, "--clear-groups"], process.execPath];
  const reads = await execa("setpriv", [...words, node, "--check", runner], { reject: false, stdin: "ignore" });
  if (reads.exitCode !== 0) return "needs a checkout that other users may read";
  return (await execa("sudo", ["--version"], { reject: false })).exitCode === 0 ? undefined : "needs sudo";
}

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

/** What is asked of sudo: to try what the host can, the sandbox and its end, and to measure what lies there. */
const ofRoot =
  /^sudo -n (true$|modprobe \w+$|losetup --find$|unshare --mount --pid --fork true$|\S+\/core\/build\/sandbox\/(run|clean)\.sh |du --summarize )/;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly args: string;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await execa("ps", ["-eww", "-o", "pid=,ppid=,euid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, uid, args = ""] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return [{ pid: Number(pid), parent: Number(parent), uid: Number(uid), args }];
  });
}

/** A process with its ancestors up to `top`, the nearest first; empty if it does not descend from it. */
function lineage(all: ReadonlyMap<number, Process>, of: Process, top: number): Process[] {
  const line: Process[] = [];
  for (let at: Process | undefined = of; at !== undefined; at = all.get(at.parent)) {
    line.push(at);
    if (at.pid === top) return line;
  }
  return [];
}

const skip = cannotBuild() ?? (await cannotBecomeNobody()) ?? false;

test(
  "as nobody with sudo only the sandbox is root's, and what it leaves is nobody's and open to nobody else",
  { skip },
  async (t) => {
    const project = projectOfNobody(t);
    const running = build(project, "right", `#${nobody} ALL=(root) NOPASSWD: ALL`);
    const seen = { root: new Set<string>(), user: new Set<string>(), wrong: new Set<string>() };
    let isOver = false;
    void running.finally(() => (isOver = true));
    while (!isOver) {
      const all = new Map((await processes()).map((process) => [process.pid, process]));
      for (const process of all.values()) {
        const line = lineage(all, process, running.pid ?? -1);
        // Before it becomes nobody it arranges the namespace.
        if (line.at(-1)?.uid !== nobody) continue;
        if (process.uid === nobody) seen.user.add(process.args);
        else if (line.some(({ args }) => ofRoot.test(args))) seen.root.add(process.args);
        else if (!process.args.includes("<defunct>")) seen.wrong.add(process.args);
      }
    }
    const { stdout, stderr } = await running;
    assert.equal(stdout, "built", stderr);
    assert.deepEqual([...seen.wrong], []);
    assert.ok(
      [...seen.user].some((args) => args.includes("job-main.ts")),
      "the job was seen, as nobody's",
    );
    assert.ok(
      [...seen.root].some((args) => args.includes("inside.sh")),
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
