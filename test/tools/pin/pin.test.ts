import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { pinStack } from "../../../tools/pin/pin.ts";
import { filesOf, pinsOf, publish, someBuild } from "../../core/deploy-images/publisher.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const file = (project: string) => join(project, "stacks/Pulumi.my-cloud.yaml");

/** A project with one stack file. */
function project(t: TestContext, text: string): string {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, "stacks"));
  writeFileSync(file(directory), text);
  return directory;
}

async function pin(directory: string, more: { check?: boolean; architecture?: string } = {}) {
  const said: string[] = [];
  const notes: string[] = [];
  const moved = await pinStack({
    project: directory,
    stack: "my-cloud",
    check: false,
    say: (line) => void said.push(line),
    note: (line) => void notes.push(line),
    limits: { pauses: [] },
    pause: 1,
    ...more,
  });
  return { moved, said: said.join("\n"), notes: notes.join("\n") };
}

const stackText = (origin: string, pins = "") => `# My cloud: comments stay.
config:
  openstack:cloud: "my-cloud"   # as in clouds.yaml
  ironic-images:deployImages:
    amd64: {build: {distribution: debian-minimal}}

    arm64:
      download:   # what the project publishes
        baseUrl: '${origin}/files'
        distribution: centos9
        branch: stable/2026.1 # moves on every commit
${pins}      keepPrevious:   true
  ironic-images:userImages:   {}
`;

const pinLines = (pins: object, quote = "") =>
  Object.entries(pins)
    .map(([name, digest]) => `        ${name}: ${quote}${String(digest)}${quote}\n`)
    .join("");

test("the first pins are written under the last line of download, and every other byte stays", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const directory = project(t, stackText(origin));
  chmodSync(file(directory), 0o640);
  const { moved, said, notes } = await pin(directory);
  assert.equal(moved, true);
  assert.equal(readFileSync(file(directory), "utf8"), stackText(origin, pinLines(pinsOf(build))));
  assert.equal(statSync(file(directory)).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(join(directory, "stacks")), ["Pulumi.my-cloud.yaml"]);
  assert.match(said, new RegExp(`not pinned -> ${pinsOf(build).kernelSha256}`));
  assert.match(notes, /warning: .*arm64\.download: .*plain http, so its pin is only as good as the network/);
});

test("a second time nothing moved, and nothing is written", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const directory = project(t, stackText(origin, pinLines(pinsOf(build))));
  const before = statSync(file(directory), { bigint: true });
  const { moved, said } = await pin(directory);
  assert.equal(moved, false);
  assert.match(said, /nothing moved$/);
  const after = statSync(file(directory), { bigint: true });
  assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs]);
});

for (const [what, quote] of [
  ["plain", ""],
  ["in double quotes", '"'],
  ["in single quotes", "'"],
] as const) {
  test(`pins that are written ${what} are replaced as they are written, old and new are said`, async (t) => {
    const [build, next] = [someBuild(), someBuild()];
    const { origin } = await publish(t, filesOf(next));
    const comment = "        # reviewed by somebody\n";
    const directory = project(t, stackText(origin, comment + pinLines(pinsOf(build), quote)));
    const { moved, said } = await pin(directory);
    assert.equal(moved, true);
    assert.equal(readFileSync(file(directory), "utf8"), stackText(origin, comment + pinLines(pinsOf(next), quote)));
    for (const name of ["kernelSha256", "initramfsSha256"] as const)
      assert.ok(said.includes(`${pinsOf(build)[name]} -> ${pinsOf(next)[name]}`), said);
  });
}

test("--check writes nothing and says that something moved", async (t) => {
  const { origin } = await publish(t, filesOf(someBuild()));
  const directory = project(t, stackText(origin));
  const { moved, said } = await pin(directory, { check: true });
  assert.equal(moved, true);
  assert.equal(readFileSync(file(directory), "utf8"), stackText(origin));
  assert.match(said, /npm run pin -- --stack my-cloud writes that/);
});

for (const [what, shape] of [
  [
    "braces",
    (download: string, pins: string) =>
      `config: {"ironic-images:deployImages": {arm64: {download: {${download}${pins}}}}} # end\n`,
  ],
  [
    "the ends of lines of Windows",
    (download: string, pins: string) =>
      `config:\r\n  ironic-images:deployImages:\r\n    arm64:\r\n      download:\r\n        ${(download + pins).replaceAll(", ", "\r\n        ")}\r\n`,
  ],
  [
    "no end of the last line",
    (download: string, pins: string) =>
      `config:\n  ironic-images:deployImages:\n    arm64:\n      download:\n        ${(download + pins).replaceAll(", ", "\n        ")}`,
  ],
] as const) {
  test(`a stack file with ${what} keeps them`, async (t) => {
    const build = someBuild();
    const { origin } = await publish(t, filesOf(build));
    const download = `baseUrl: "${origin}/files", distribution: centos9, branch: stable/2026.1`;
    const directory = project(t, shape(download, ""));
    await pin(directory);
    const { kernelSha256, initramfsSha256 } = pinsOf(build);
    const expected = shape(download, `, kernelSha256: ${kernelSha256}, initramfsSha256: ${initramfsSha256}`);
    assert.equal(readFileSync(file(directory), "utf8"), expected);
  });
}

test("a pin that is empty or wrong is replaced", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const directory = project(t, stackText(origin, "        kernelSha256:\n        initramfsSha256: abc\n"));
  await pin(directory);
  assert.equal(readFileSync(file(directory), "utf8"), stackText(origin, pinLines(pinsOf(build))));
});

test("a tarball gets its one pin", async (t) => {
  const digest = "c".repeat(64);
  const { origin } = await publish(t, new Map([["/ipa.tar.gz.sha256", Buffer.from(`${digest} *ipa.tar.gz\n`)]]));
  const text = `config:\n  ironic-images:deployImages:\n    arm64:\n      download:\n        tarballUrl: ${origin}/ipa.tar.gz\n`;
  const directory = project(t, text);
  await pin(directory);
  assert.equal(readFileSync(file(directory), "utf8"), `${text}        tarballSha256: ${digest}\n`);
});

for (const text of [
  "config:\n  openstack:cloud: x\n",
  "",
  "config:\n  ironic-images:deployImages:\n    amd64: {build: {}}\n",
]) {
  test(`a stack without downloads says so: ${JSON.stringify(text)}`, async (t) => {
    const { moved, said } = await pin(project(t, text));
    assert.deepEqual([moved, said], [false, "stacks/Pulumi.my-cloud.yaml downloads no deploy images: nothing to pin"]);
  });
}

test("when a publisher fails nothing is written", async (t) => {
  const { origin } = await publish(t, new Map());
  const directory = project(t, stackText(origin));
  await assert.rejects(pin(directory), { code: "download-failed" });
  assert.equal(readFileSync(file(directory), "utf8"), stackText(origin));
});

test("a file that was changed meanwhile is not overwritten", async (t) => {
  const { origin } = await publish(t, filesOf(someBuild()), () => {
    writeFileSync(file(directory), "changed: true\n");
    return false;
  });
  const directory = project(t, stackText(origin));
  await assert.rejects(pin(directory), { code: "stack-changed" });
  assert.equal(readFileSync(file(directory), "utf8"), "changed: true\n");
});

test("what an alias stands for is not edited: the pins are told", async (t) => {
  const build = someBuild();
  const { origin } = await publish(t, filesOf(build));
  const text = stackText(origin)
    .replace("arm64:\n", "other: &other\n")
    .replace("  ironic-images:userImages", "    arm64: *other\n  ironic-images:userImages");
  const directory = project(t, text);
  await assert.rejects(pin(directory, { architecture: "arm64" }), {
    code: "pin-by-hand",
    message: new RegExp(`kernelSha256: ${pinsOf(build).kernelSha256}`),
  });
  assert.equal(readFileSync(file(directory), "utf8"), text);
});

for (const [what, more, from, to, code, message] of [
  [
    "an architecture that it does not download",
    { architecture: "amd64" },
    "",
    "",
    "unknown-architecture",
    /it downloads for: arm64/,
  ],
  ["an address that is none", {}, "http:", "gopher:", "stack-wrong", /arm64\.download\.baseUrl: .*must be an http/],
  ["a key that there is not", {}, "branch:", "brunch:", "stack-wrong", /brunch: unknown key, did you mean branch/],
  ["no YAML", {}, "config:", "config: [", "stack-wrong", /my-cloud\.yaml: /],
] as const) {
  test(`a stack file with ${what} is told where it is wrong`, async (t) => {
    await assert.rejects(pin(project(t, stackText("http://127.0.0.1:1").replace(from, to)), more), { code, message });
  });
}

const main = fileURLToPath(new URL("../../../tools/pin/main.ts", import.meta.url));

for (const [what, args, message] of [
  ["without a stack", [], /^ironic-images: npm run pin -- --stack NAME/],
  ["with an unknown option", ["--stack", "local", "--fast"], /--fast[^]*npm run pin -- --stack NAME/],
  [
    "with a stack that is not there",
    ["--stack", "nowhere"],
    /there is no stacks\/Pulumi\.nowhere\.yaml; stacks: .*local/,
  ],
  ["with a path as stack", ["--stack", "../local"], /there is no stacks\/Pulumi\.\.\.\/local\.yaml/],
] as const) {
  test(`pin ${what} says in one message what is wrong, and exits with 1`, async () => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...args], { reject: false });
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}

test("with --check a failure is no answer: it exits with 2", async () => {
  const { exitCode, stderr } = await execa(process.execPath, [main, "--stack", "nowhere", "--check"], {
    reject: false,
  });
  assert.equal(exitCode, 2);
  assert.match(stderr, /^ironic-images: --stack: there is no stacks/);
});

test("a publisher that has replaced the kernel and not yet the initramfs is refused, and nothing is written", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin } = await publish(t, filesOf({ ...build, kernel: next.kernel }));
  const text = stackText(origin, pinLines(pinsOf(build)));
  const directory = project(t, text);
  await assert.rejects(pin(directory), {
    code: "checksum-unsteady",
    message: /kernel is a new one and the initramfs is not/,
  });
  assert.equal(readFileSync(file(directory), "utf8"), text);
});

test("a build that shares its kernel with the one before is taken", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin } = await publish(t, filesOf({ ...next, kernel: build.kernel }));
  const directory = project(t, stackText(origin, pinLines(pinsOf(build))));
  assert.equal((await pin(directory)).moved, true);
});
