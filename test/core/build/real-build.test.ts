import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import tmp from "tmp";
import type { BuildSettings } from "../../../core/build/settings.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { cannotBuild, makeProject, realBuilder, tiny, type Project } from "./support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

const wholeDisk: RecipeContent = (({ bootloader: _, ...content }) =>
  ({ ...content, kind: "whole-disk", firmware: "bios", diskFormat: "raw" }) as const)(tiny);

/** A build host with everything that must stay there. */
const certificate = "MIIBprivateCertificateOfTheBuildHost0123456789abcdef";
function privateHost(project: Project): BuildSettings {
  const caBundle = join(project.directory, "ca.pem");
  writeFileSync(caBundle, `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`);
  return {
    mirrors: {
      mirror: "http://mirrors.corp.example/tiny",
      security: "http://sec:m1rr0r-pw@security.corp.example/tiny",
    },
    proxy: {
      http: "http://builder:pr0xy-pw@proxy.corp.example:3128",
      https: "http://tls-proxy.corp.example:3129",
      no: "intranet.corp.example",
    },
    caBundle,
  };
}
const secrets = ["m1rr0r-pw", "pr0xy-pw", certificate];
const privateWords = [
  ...secrets,
  "mirrors.corp.example",
  "security.corp.example",
  "proxy.corp.example",
  "tls-proxy.corp.example",
  "intranet.corp.example",
  "/mnt/job",
];

/** Mounts a raw image or its first partition, calls back with the root, and takes everything away. */
async function inImage<T>(image: string, offset: number, look: (root: string) => Promise<T>): Promise<T> {
  const root = tmp.dirSync({ prefix: "image-root", keep: true }).name;
  await execa("mount", ["-o", `ro,loop,offset=${offset}`, image, root]);
  try {
    return await look(root);
  } finally {
    await execa("umount", [root]);
    await execa("rmdir", [root]);
  }
}

/** All files of a tree with one of the words in name or content. */
async function filesWith(root: string, words: readonly string[]): Promise<string[]> {
  const found = await execa(
    "grep",
    [
      "--recursive",
      "--files-with-matches",
      "--text",
      "--fixed-strings",
      ...words.flatMap((word) => ["-e", word]),
      root,
    ],
    { reject: false },
  );
  assert.ok(found.exitCode === 0 || found.exitCode === 1, found.stderr);
  const names = await execa("find", [root, "-xdev"]);
  return [
    ...found.stdout.split("\n"),
    ...names.stdout.split("\n").filter((name) => words.some((word) => name.includes(word))),
  ].filter((name) => name !== "");
}

async function rawOf(t: TestContext, qcow2: string): Promise<string> {
  const { name: directory, removeCallback } = tmp.dirSync({ unsafeCleanup: true });
  t.after(removeCallback);
  await execa("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", qcow2, join(directory, "raw")]);
  return join(directory, "raw");
}

/** Loop devices whose file is gone: what a finished build would leave. */
async function deletedLoops(): Promise<string[]> {
  const { stdout } = await execa("losetup", ["--list", "--noheadings", "--output", "NAME,BACK-INO,BACK-FILE"]);
  return stdout.split("\n").filter((line) => line.includes("(deleted)"));
}

test(
  "a partition image of a build host with mirrors, proxies, credentials and a CA has none of them; the distribution's own sources are in place",
  { skip },
  async (t) => {
    const project = makeProject(t);
    const { record } = await project.build(project.job("tiny", tiny), privateHost(project));
    const disk = await rawOf(t, project.artifact(record, "tiny.qcow2"));
    // Deleted files leave no content; the journal may still name them, which gives away a host's name at most.
    assert.deepEqual(await filesWith(disk, secrets), []);
    await inImage(disk, 0, async (root) => {
      assert.deepEqual(await filesWith(root, privateWords), []);
      assert.equal(
        readFileSync(join(root, "etc/apt/sources.list.d/default.list"), "utf8"),
        "deb http://packages.tiny.example/tiny tiny main\ndeb http://packages.tiny.example/tiny tiny-updates main\ndeb http://security.tiny.example/tiny tiny-security main\n",
      );
      assert.equal(readFileSync(join(root, "etc/environment"), "utf8"), "PATH=/usr/bin\n");
      for (const name of [
        "etc/pip.conf",
        "etc/apt/apt.conf.d/60img-build-proxy",
        "etc/apt/apt.conf.d/00ironic-images-build",
      ])
        assert.ok(!existsSync(join(root, name)), name);
      assert.equal(
        readFileSync(join(root, "etc/dib-manifests/dib_environment"), "utf8"),
        'declare -x DIB_RELEASE="1"\n',
      );
      assert.deepEqual(readdirSync(join(root, "mnt")), []);
    });
    // In the log host names may stand, for the operator; in everything else nothing.
    assert.deepEqual(await filesWith(project.artifact(record, "manifest"), privateWords), []);
    assert.deepEqual(await filesWith(project.artifact(record), secrets), []);
  },
);

test(
  "the recipe's own sources are in the finished image, and the kernel beside it is the one in it",
  { skip },
  async (t) => {
    const project = makeProject(t);
    const content = { ...tiny, sources: { mirror: "http://packages.customer.example/tiny" } };
    const { record } = await project.build(project.job("tiny", content), privateHost(project));
    await inImage(await rawOf(t, project.artifact(record, "tiny.qcow2")), 0, async (root) => {
      assert.equal(
        readFileSync(join(root, "etc/apt/sources.list.d/default.list"), "utf8"),
        "deb http://packages.customer.example/tiny tiny main\ndeb http://packages.customer.example/tiny tiny-updates main\ndeb http://security.tiny.example/tiny tiny-security main\n",
      );
      assert.deepEqual(
        readFileSync(join(root, "boot/vmlinuz-1.0-tiny")),
        readFileSync(project.artifact(record, "tiny.vmlinuz")),
      );
    });
  },
);

test("the distribution's own mirror may be the build host's too", { skip }, async (t) => {
  const project = makeProject(t);
  const settings = {
    mirrors: { mirror: "http://packages.tiny.example/tiny", security: "http://packages.tiny.example/tiny-security" },
  };
  const { record } = await project.build(project.job("tiny", tiny), settings);
  await inImage(await rawOf(t, project.artifact(record, "tiny.qcow2")), 0, async (root) => {
    assert.match(
      readFileSync(join(root, "etc/apt/sources.list.d/default.list"), "utf8"),
      /^deb http:\/\/packages\.tiny\.example\/tiny tiny main\n.*\ndeb http:\/\/security\.tiny\.example\/tiny tiny-security main\n$/,
    );
  });
});

test(
  "an element that leaves the proxy where nobody expects it fails the build, and the error names the file and not the password",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook("tiny/install.d/50-leak", 'mkdir -p /etc/tool; echo "proxy=$http_proxy" >/etc/tool/settings');
    await assert.rejects(
      project.build(project.job("tiny", tiny), privateHost(project)),
      (error: Error & { code: string; summary: string }) => {
        assert.equal(error.code, "build-failed");
        assert.match(error.summary, /give away the build host, in \/etc\/tool\/settings \(.*http proxy\)/);
        assert.ok(!error.message.includes("pr0xy-pw"));
        return true;
      },
    );
  },
);

test(
  "a whole-disk image is partitioned and clean, and its loop devices are gone, on any kernel",
  { skip },
  async (t) => {
    const project = makeProject(t);
    const before = await deletedLoops();
    const { record } = await project.build(project.job("disk", wholeDisk), privateHost(project));
    assert.deepEqual(Object.keys(record.files), ["image"]);
    const image = project.artifact(record, "disk.raw");
    const { stdout: start } = await execa("partx", ["--show", "--noheadings", "--output", "START", image]);
    await inImage(image, Number(start) * 512, async (root) => {
      assert.deepEqual(await filesWith(root, privateWords), []);
      assert.ok(existsSync(join(root, "boot/grub/grub.cfg")));
    });
    assert.deepEqual(
      (await deletedLoops()).filter((line) => !before.includes(line)),
      [],
      "no loop device of the build is left",
    );
  },
);
