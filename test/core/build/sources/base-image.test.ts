import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import tmp from "tmp";
import type { RecipeContent } from "../../../../core/recipe/content.ts";
import { cannotBuild, makeProject, realBuilder, tiny } from "../support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

/** A tree that says what it is. */
function makeTree(directory: string): string {
  const tree = join(directory, "tree");
  for (const path of ["etc", "boot", "dev", "proc", "sys", "tmp", "var/log", "root", "usr"])
    mkdirSync(join(tree, path), { recursive: true });
  writeFileSync(join(tree, "etc/marker"), "made by hand for this test\n");
  return tree;
}

/** extract-image packs a base image with the image's own tar. */
async function addTar(tree: string): Promise<void> {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(tree, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(tree, name));
  }
  for (const program of ["/bin/tar", "/bin/gzip", "/bin/sh"]) {
    const { stdout } = await execa("ldd", [program], { reject: false });
    await execa("cp", ["--dereference", "--parents", program, ...(stdout.match(/\/\S+/g) ?? []), tree]);
  }
}

async function serve(t: TestContext, path: string): Promise<{ url: string; sha256: string }> {
  const bytes = readFileSync(path);
  const server = createServer((_request, response) =>
    response.writeHead(200, { "content-length": bytes.length }).end(bytes),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${path.split("/").at(-1) ?? ""}`,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** Builds from the image until the distribution element's root.d has passed; returns the log. */
async function logOfBuild(t: TestContext, content: RecipeContent, image: string): Promise<string> {
  const project = makeProject(t);
  const { url, sha256 } = await serve(t, image);
  project.hook("look/root.d/11-look", 'echo "MARKER: $(cat "$TARGET_ROOT/etc/marker")"; exit 7');
  const job = project.job("based", { ...content, elements: ["look"], baseImage: { sha256 } });
  await assert.rejects(project.build({ ...job, locations: { [sha256]: url } }), { code: "build-failed" });
  const jobs = join(project.directory, ".images/jobs");
  return readFileSync(join(jobs, readdirSync(jobs)[0] ?? "", "build.log"), "utf8");
}

test("the real ubuntu element starts from a pinned squashfs that was served on loopback", { skip }, async (t) => {
  const { name: directory, removeCallback } = tmp.dirSync({ unsafeCleanup: true });
  t.after(removeCallback);
  const image = join(directory, "noble-server-cloudimg-amd64.squashfs");
  await execa("mksquashfs", [makeTree(directory), image, "-quiet", "-no-progress"]);
  const log = await logOfBuild(t, { ...tiny, distribution: "ubuntu", release: "noble" }, image);
  assert.match(log, /Using local image without download/);
  assert.match(log, /dib-run-parts 10-cache-ubuntu-tarball completed/);
  assert.match(log, /MARKER: made by hand for this test/);
});

test("the real fedora element starts from a pinned qcow2 with a partition, on any kernel", { skip }, async (t) => {
  const { name: directory, removeCallback } = tmp.dirSync({ unsafeCleanup: true });
  t.after(removeCallback);
  const raw = join(directory, "fedora.raw");
  await execa("truncate", ["--size", "40M", raw]);
  await execa("sgdisk", ["--new", "1:2048:0", raw]);
  const tree = makeTree(directory);
  await addTar(tree);
  await execa("mkfs.ext4", ["-q", "-d", tree, "-E", "offset=1048576", raw, "32M"]);
  const image = join(directory, "Fedora-Cloud-Base.qcow2");
  await execa("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, image]);
  const log = await logOfBuild(t, { ...tiny, distribution: "fedora", release: "41" }, image);
  assert.match(log, /dib-run-parts 10-fedora-cloud-image completed/);
  assert.match(log, /MARKER: made by hand for this test/);
});
