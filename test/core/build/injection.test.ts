import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import type { BuildSettings } from "../../../core/build/settings.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { loadRecipe } from "../../../core/recipe/load.ts";
import { assertNoResidue } from "../../support/residue.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, realBuilder, tiny, type Project } from "./support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

/** Where nothing listens: debootstrap ends at once. */
const nowhere = "http://127.0.0.1:9";

const debian: RecipeContent = { ...tiny, distribution: "debian-minimal", release: "bookworm", bootloader: "none" };

/** The variables of this process for one test. */
function setEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  t.after(() => {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}

/** The log of a build that has to fail. */
async function logOfFailure(project: Project, content: RecipeContent, settings: BuildSettings): Promise<string> {
  const job = project.job("refused", content);
  await assert.rejects(project.build(job, settings), { code: "build-failed" });
  const [directory = ""] = readdirSync(join(project.directory, ".images/jobs"));
  return readFileSync(join(project.directory, ".images/jobs", directory, "build.log"), "utf8");
}

test("the control of the tests below: past the preview's rules a release is a command of root", { skip }, async (t) => {
  const project = makeProject(t);
  const canary = join(dirname(project.directory), "canary");
  await logOfFailure(
    project,
    { ...debian, release: `bookworm; touch ${canary}; false` },
    { mirrors: { mirror: nowhere } },
  );
  assert.ok(existsSync(canary), "diskimage-builder no longer runs it, and the tests below prove nothing");
});

test(
  "fault 14: what the rules let through is one word for the root shell: mirror, proxies, and a no_proxy with spaces as many have it",
  { skip },
  async (t) => {
    const project = makeProject(t);
    const canary = join(dirname(project.directory), "canary");
    setEnvironment(t, { no_proxy: `localhost, .corp.example touch ${canary}` });
    const mirror = `${nowhere}/a%24%28touch%20pwn%29~+=@:-._/%60b%60`;
    const log = await logOfFailure(project, debian, {
      mirrors: { mirror },
      proxy: { http: "http://u%24x:p%3Bw@127.0.0.1:9" },
    });
    assert.ok(log.includes(`${mirror}/dists/bookworm/`), log.slice(-2000));
    assert.doesNotMatch(log, /not found/);
    assert.ok(!existsSync(canary));
  },
);

/** Where a command that names no directory can have made a file: below a directory, and where processes of a build stand. */
async function madeFiles(name: string, below: string): Promise<string[]> {
  const { stdout } = await execa("find", [below, "-name", name]);
  const around = [process.cwd(), "/", "/mnt", "/tmp", homedir()].map((directory) => join(directory, name));
  return [...stdout.split("\n").filter((line) => line !== ""), ...around.filter((file) => existsSync(file))];
}

test(
  "faults 15, 16: a project whose path and texts hold all that a shell acts on is built as any other, runs nothing, and what lies around under the output's name stays as it is",
  { skip },
  async (t) => {
    const pwn = `pwn${process.pid}`;
    const project = makeProject(t, {
      name: `-a b\n"'$(touch ${pwn})\`touch ${pwn}\`;touch ${pwn}\\ *?[x]{y}#%é\u202e💥:,&|<>~`,
    });
    const parent = dirname(project.directory);
    // As awkward as the project; `makeProject` puts the variable back.
    process.env["IRONIC_IMAGES_CACHE"] = `${project.directory}-cache`;
    await assertNoResidue(parent);
    // Elements that need each other, and files that diskimage-builder copies whatever their names are.
    for (const [name, other] of [
      ["one", "two"],
      ["two", "one"],
    ] as const) {
      project.hook(
        `${name}/install.d/50-${name}`,
        `test -e "/tmp/in_target.d/static/${name}/a b* \\$(touch ${pwn}) 'é"`,
      );
      writeFileSync(join(project.directory, "elements", name, "element-deps"), `${other}\n`);
      mkdirSync(join(project.directory, "elements", name, "static", name), { recursive: true });
      writeFileSync(join(project.directory, "elements", name, "static", name, `a b* $(touch ${pwn}) 'é`), "");
    }
    const recipe = {
      kind: "partition",
      distribution: "tiny",
      release: "1.a_b-c",
      bootloader: "none",
      elements: ["one"],
      packages: ["a+b.c_d", "libx:amd64=1~2-3"],
      environment: { DIB_BOOTLOADER_DEFAULT_CMDLINE: "a=b,c/d:e+f@g%h --i -j", DIB_DEV_USER_GROUPS: "a b, c" },
      revision: `; touch ${pwn} $(touch ${pwn}) \`touch ${pwn}\` ' " \\ * é 💥`,
    };
    mkdirSync(join(project.directory, "recipes"));
    writeFileSync(join(project.directory, "recipes/a.b_c-D.yaml"), JSON.stringify(recipe));
    const leftovers = [project.directory, join(project.directory, ".images/builds")].flatMap((directory) =>
      ["qcow2", "vmlinuz", "initrd", "d"].map((kind) => join(directory, `a.b_c-D.${kind}`)),
    );
    mkdirSync(join(project.directory, ".images/builds"), { recursive: true });
    for (const file of leftovers) writeFileSync(file, "left");

    const { content } = loadRecipe(project.directory, "a.b_c-D");
    const { record } = await project.build(project.job("a.b_c-D", content));

    assert.deepEqual(Object.keys(record.files).sort(), ["image", "kernel", "ramdisk"]);
    assert.ok(existsSync(project.artifact(record, "a.b_c-D.qcow2")));
    for (const file of leftovers) assert.equal(readFileSync(file, "utf8"), "left", file);
    const around = [project.directory, join(project.directory, ".images/builds")].flatMap((directory) =>
      readdirSync(directory).filter((name) => name.startsWith("a.b_") && !leftovers.includes(join(directory, name))),
    );
    assert.deepEqual(around, [], "diskimage-builder renames what is in its way to a name with the date");
    for (const file of leftovers) rmSync(file);
    assert.deepEqual(await madeFiles(pwn, parent), []);
    await assertNoResidue(parent);
  },
);

test(
  "fault 17: nothing of the operator's environment reaches a played builder or the sandbox's scripts: no DIB_*, no break, nothing that bash or the loader runs",
  { skip: cannotBuild() ?? false },
  async (t) => {
    const project = makeProject(t, { path: playedBuilder(t) });
    const parent = dirname(project.directory);
    const canary = join(parent, "canary");
    writeFileSync(join(parent, "bash-env"), `touch '${canary}'\n`);
    const hostile = {
      BASH_ENV: join(parent, "bash-env"),
      ENV: join(parent, "bash-env"),
      "BASH_FUNC_mount%%": `() { touch '${canary}'; }`,
      "BASH_FUNC_readlink%%": `() { touch '${canary}'; }`,
      LD_LIBRARY_PATH: parent,
      LD_BIND_NOW: "1",
      PYTHONPATH: parent,
      PS4: `$(touch '${canary}')`,
      IFS: "/",
      CDPATH: "/",
      break: "after-error,before-install",
      DIB_RELEASE: "another",
      DIB_OFFLINE: "1",
      DIB_DEBUG_TRACE: "1",
      DIB_DEV_USER_PASSWORD: "another",
      DIB_IMAGE_CACHE: parent,
      ELEMENTS_PATH: parent,
      TMP_DIR: parent,
      GIT_DIR: parent,
      GIT_SSH_COMMAND: `touch '${canary}'`,
      OS_PASSWORD: "another",
      PULUMI_CONFIG_PASSPHRASE: "another",
    };
    setEnvironment(t, hostile);
    const { record } = await project.build(playedJob(project, "environment"));
    const lines = readFileSync(project.artifact(record, "manifest/environment"), "utf8").trimEnd().split("\n");
    const names = lines.map((line) => line.split("=")[0] ?? "");
    const own =
      /^(_|PATH|PWD|OLDPWD|SHLVL|HOME|USER|LOGNAME|SHELL|LANG|TMPDIR|TMP_DIR|XDG_CACHE_HOME|DEBIAN_FRONTEND|ELEMENTS_PATH|DIB_(IMAGE_CACHE|LOCKFILES|NO_TMPFS|RELEASE|DISTRIBUTION_MIRROR|DEBIAN_SECURITY_MIRROR|DEV_USER_\w+)|IRONIC_IMAGES_\w+|(https?|no)_proxy|(HTTPS?|NO)_PROXY|SSL_CERT_FILE|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|PIP_CERT|GIT_SSL_CAINFO)$/;
    assert.deepEqual(
      names.filter((name) => !own.test(name)),
      [],
    );
    const values = Object.values(hostile).filter((value) => value.length > 3);
    assert.deepEqual(
      lines.filter((line) => values.some((value) => line.endsWith(`=${value}`))),
      [],
    );
    assert.ok(!existsSync(canary), "a script of the sandbox ran what the environment says");
  },
);

test(
  "fault 17: what the build host has in /etc/environment does not arrive, though its sudo reads it, as Ubuntu's does",
  { skip },
  async (t) => {
    const module = await execa("find", ["/lib", "/usr/lib", "-name", "pam_env.so"], { reject: false });
    if (module.stdout === "" || !existsSync("/etc/environment") || !existsSync("/etc/pam.d/sudo"))
      return t.skip("needs sudo with PAM");
    const project = makeProject(t);
    const parent = dirname(project.directory);
    project.hook("tiny/pre-install.d/03-seen", "env >/etc/seen; echo SEEN:${FROM_ETC:-nothing}:${http_proxy:-none}");
    const sudo = readFileSync("/etc/pam.d/sudo", "utf8");
    writeFileSync(join(parent, "sudo"), `${sudo}\nsession required pam_env.so readenv=1 user_readenv=0\n`);
    writeFileSync(join(parent, "environment"), "FROM_ETC=host\nhttp_proxy=http://proxy.corp.example:1\n");
    const script = `mount --bind "$1/sudo" /etc/pam.d/sudo; mount --bind "$1/environment" /etc/environment
      echo "control:$(sudo sh -c 'echo $FROM_ETC')"; exec "$2" "$3" "$1/project"`;
    const child = join(import.meta.dirname, "build-in-namespace.ts");
    const words = ["--mount", "--propagation", "private", "sh", "-ec", script, "sh", parent, process.execPath, child];
    const { stdout } = await execa("unshare", words, { env: { http_proxy: "", HTTP_PROXY: "" } });
    assert.match(stdout, /^control:host$/m, "sudo of this machine does not read /etc/environment");
    const [artifact = ""] = readdirSync(join(project.directory, ".images/artifacts")).filter((name) =>
      name.startsWith("tiny"),
    );
    const log = readFileSync(join(project.directory, ".images/artifacts", artifact, "build.log"), "utf8");
    assert.match(log, /SEEN:nothing:/);
    assert.doesNotMatch(log, /proxy\.corp\.example/);
    await assertNoResidue(parent);
  },
);
