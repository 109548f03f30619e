import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadStack } from "../../../core/recipe/load.ts";
import { project } from "./project.ts";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];

const build = {
  distribution: "debian-minimal",
  release: "bookworm",
  agent: { version: "13.0.0", sha256: a },
  requirements: { file: "archives/constraints.txt" },
  simpleInit: { archive: "archives/glean.tar.gz", sha256: b },
};
const download = { baseUrl: "https://example.org/dib/files", distribution: "centos9", branch: "stable/2026.1" };
const pins = { kernelSha256: a, initramfsSha256: b };
const files = { "archives/constraints.txt": "pbr===7.0.3\n", "archives/glean.tar.gz": "" };

const load = (deployImages: unknown, projectDirectory: string) =>
  loadStack({ projectDirectory, stack: "prod", config: { deployImages } });

const amd64 = (change: Record<string, unknown>) => ({ amd64: { build: { ...build, ...change } } });
const fetched = (change: Record<string, unknown>) => ({ amd64: { download: { ...download, ...pins, ...change } } });

const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
  ["a list", [], /^stacks\/Pulumi\.prod\.yaml:deployImages: must be a mapping/],
  [
    "an unknown architecture",
    { riscv64: { build } },
    /:deployImages\.riscv64: unknown architecture "riscv64", known are amd64, arm64$/,
  ],
  ["Ironic's word for an architecture", { x86_64: { build } }, /unknown architecture "x86_64", did you mean amd64\?$/],
  ["neither source", { amd64: {} }, /:deployImages\.amd64: give build or download$/],
  ["both sources", { amd64: { build, download } }, /:deployImages\.amd64: has build and download: give one of them$/],
  ["an entry that is text", { amd64: "build" }, /:deployImages\.amd64: must be a mapping, not "build"$/],
  [
    "a mistyped key",
    { amd64: { build, keepPrevous: true } },
    /:deployImages\.amd64\.keepPrevous: unknown key, did you mean keepPrevious\?$/,
  ],
  ["an output of the builder's", amd64({ output: "ipa" }), /:deployImages\.amd64\.build\.output: unknown key/],
  ["a missing release", amd64({ release: undefined }), /:deployImages\.amd64\.build\.release: is required: give text$/],
  ["a missing distribution", amd64({ distribution: undefined }), /\.build\.distribution: is required: give text$/],
  ["a release that is an option", amd64({ release: "-o" }), /\.build\.release: "-o" must be the name of a release/],
  [
    "branch and ref together",
    amd64({ agent: { ref: "13.0.0" }, branch: "master" }),
    /\.build\.branch: branch and agent, requirements contradict each other/,
  ],
  [
    "ref and archive together",
    amd64({ agent: { ref: "13.0.0", archive: "a.tar.gz", sha256: a } }),
    /\.build\.agent: has ref and archive: give one of them$/,
  ],
  [
    "no agent",
    amd64({ agent: undefined }),
    /\.build\.agent: is required, unless branch is given: the builder would take today's master$/,
  ],
  [
    "a sha256 of the wrong length",
    amd64({ agent: { version: "13.0.0", sha256: "abc" } }),
    /\.build\.agent\.sha256: "abc" must be a sha256/,
  ],
  [
    "an archive without a pin",
    amd64({ agent: { archive: "http://example.org/a.tar.gz" } }),
    /\.build\.agent\.sha256: is required with archive/,
  ],
  [
    "a ref with a pin",
    amd64({ agent: { ref: "13.0.0", sha256: a } }),
    /\.build\.agent\.sha256: goes with archive or version, not with ref/,
  ],
  [
    "a repository with an archive",
    amd64({ agent: { archive: "a.tar.gz", sha256: a, repository: "https://example.org/r" } }),
    /\.build\.agent\.repository: goes with ref/,
  ],
  [
    "an archive outside the project",
    amd64({ agent: { archive: "../a.tar.gz", sha256: a } }),
    /\.build\.agent\.archive: "\.\.\/a\.tar\.gz" is outside the project/,
  ],
  [
    "a file: URL outside the project",
    amd64({ agent: { archive: "file:///etc/passwd", sha256: a } }),
    /\.build\.agent\.archive: "file:\/\/\/etc\/passwd" is outside the project/,
  ],
  [
    "a file: URL of another machine",
    amd64({ agent: { archive: "file://host/a.tar.gz", sha256: a } }),
    /\.build\.agent\.archive: .* is outside the project/,
  ],
  [
    "an archive with a blank",
    amd64({ agent: { archive: "my archive.tar.gz", sha256: a } }),
    /\.build\.agent\.archive: "my archive\.tar\.gz" must be the path of a file/,
  ],
  [
    "a constraints file that is not there",
    amd64({ requirements: { file: "none.txt" } }),
    /\.build\.requirements\.file: there is no file "none\.txt"/,
  ],
  [
    "a constraints file that is a link out",
    amd64({ requirements: { file: "archives/link.txt" } }),
    /\.build\.requirements\.file: "archives\/link\.txt" is a link out of the project/,
  ],
  [
    "an element that follows from a field",
    amd64({ elements: ["dynamic-login"] }),
    /\.build\.elements\[0\]: dynamic-login follows from dynamicLogin/,
  ],
  [
    "an element of user images",
    amd64({ elements: ["baremetal"] }),
    /\.build\.elements\[0\]: baremetal is for user images/,
  ],
  [
    "an unknown element",
    amd64({ elements: ["extra-hardwar"] }),
    /\.build\.elements\[0\]: unknown element extra-hardwar: .*did you mean extra-hardware\?$/,
  ],
  [
    "a distribution that is none",
    amd64({ distribution: "burn-in" }),
    /\.build\.distribution: burn-in is no operating system/,
  ],
  [
    "a variable with a field of its own",
    amd64({ environment: { DIB_IPA_COMPRESS_CMD: "sh" } }),
    /DIB_IPA_COMPRESS_CMD: this variable is not allowed: say `compression`$/,
  ],
  [
    "a source by a variable",
    amd64({ environment: { DIB_REPOREF_ironic_python_agent: "x" } }),
    /DIB_REPOREF_ironic_python_agent: this variable is not allowed: say `agent`/,
  ],
  [
    "half a certificate",
    amd64({ tls: { certificate: "archives/constraints.txt" } }),
    /\.build\.tls\.key: is required: give certificate and key, or selfSigned$/,
  ],
  [
    "two certificates",
    amd64({
      tls: {
        certificate: "archives/constraints.txt",
        key: "archives/constraints.txt",
        selfSigned: { hostname: "ipa" },
      },
    }),
    /\.build\.tls: has selfSigned and a certificate or key/,
  ],
  [
    "a download without an address",
    { amd64: { download: pins } },
    /:deployImages\.amd64\.download: give baseUrl with distribution and branch/,
  ],
  [
    "a download with two addresses",
    fetched({ tarballUrl: "https://example.org/x" }),
    /\.download: has baseUrl and tarballUrl: give one of/,
  ],
  ["half an address", fetched({ branch: undefined }), /\.download\.branch: is required beside baseUrl$/],
  [
    "a download without its pins",
    fetched({ kernelSha256: undefined }),
    /\.download\.kernelSha256: is required: npm run pin -- --stack S writes it$/,
  ],
  [
    "http without a pin",
    fetched({ baseUrl: "http://example.org/x", initramfsSha256: undefined }),
    /\.download\.initramfsSha256: is required, and the more so over http/,
  ],
  ["a pin of the wrong length", fetched({ kernelSha256: a.slice(1) }), /\.download\.kernelSha256: .* must be a sha256/],
  [
    "a pin of another form",
    fetched({ tarballSha256: c }),
    /\.download\.tarballSha256: does not go with the address given here/,
  ],
  [
    "one address for both",
    { amd64: { download: { kernelUrl: "https://example.org/x", initramfsUrl: "https://example.org/x", ...pins } } },
    /\.download\.initramfsUrl: is the kernel's address too/,
  ],
  ["one pin for both", fetched({ initramfsSha256: a }), /\.download\.initramfsSha256: is the kernel's pin too/],
  [
    "a host that cannot be",
    fetched({ baseUrl: "http://%zz/x" }),
    /\.download\.baseUrl: "http:\/\/%zz\/x" is no address/,
  ],
  [
    "one file for two architectures",
    {
      amd64: { download: { ...download, ...pins } },
      arm64: { download: { ...download, ...pins, initramfsSha256: c } },
    },
    /:deployImages\.arm64\.download: pins a file that deployImages\.amd64 pins too/,
  ],
  [
    "a name of JavaScript's as architecture",
    { constructor: { build } },
    /unknown architecture "constructor", known are/,
  ],
  [
    "constraints that are no .txt",
    amd64({ requirements: { file: "archives/glean.tar.gz" } }),
    /\.build\.requirements\.file: must end in \.txt/,
  ],
  [
    "a file: URL as address",
    fetched({ baseUrl: "file:///srv/ipa" }),
    /\.download\.baseUrl: "file:\/\/\/srv\/ipa" must be an http or https address/,
  ],
  [
    "a property of the program's",
    { amd64: { build, properties: { kernel_id: "x" } } },
    /:deployImages\.amd64\.properties\.kernel_id: this program sets it/,
  ],
  [
    "memory as text",
    { amd64: { build, minimumNodeMemoryMiB: "4 GiB" } },
    /\.minimumNodeMemoryMiB: must be a number, not "4 GiB"$/,
  ],
  [
    "one name for both",
    { amd64: { build, kernelName: "ipa", ramdiskName: "ipa" } },
    /:deployImages\.amd64\.ramdiskName: ipa is the Glance name of deployImages\.amd64\.kernelName too/,
  ],
];

for (const [what, config, expected] of mistakes) {
  test(`refused in the preview, in one line: ${what}`, async (t) => {
    const projectDirectory = project(t, files);
    mkdirSync(join(projectDirectory, "archives"), { recursive: true });
    symlinkSync("/etc/hostname", join(projectDirectory, "archives/link.txt"));
    const error = (await load(config, projectDirectory).catch((reason: unknown) => reason)) as { details: string };
    assert.match(error.details, expected);
    assert.equal(error.details.split("\n").length, 1, error.details);
  });
}
