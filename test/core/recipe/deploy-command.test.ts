import assert from "node:assert/strict";
import { test } from "node:test";
import { deployBuildCommand, deployBuildEnvironment } from "../../../core/recipe/deploy-command.ts";
import type { DeployBuildContent } from "../../../core/recipe/deploy-content.ts";

const content: DeployBuildContent = {
  kind: "deploy-build",
  distribution: "debian-minimal",
  release: "bookworm",
  architecture: "amd64",
  elements: [],
  packages: [],
  agent: { sha256: "a" },
  requirements: { gitRef: "stable/2026.1", repository: "https://example.org/requirements" },
  simpleInit: { unpinned: true },
  compression: "gzip",
  dynamicLogin: false,
  environment: {},
};
const place = (sha256: string) => `/sources/${sha256}`;

const commands: readonly (readonly [string, Partial<DeployBuildContent>, RegExp])[] = [
  [
    "elements are options, the distribution comes last",
    { elements: ["extra-hardware", "burn-in"] },
    /^ironic-python-agent-builder -r bookworm -e extra-hardware -e burn-in --extra-args=.* debian-minimal$/,
  ],
  ["tls is an element", { tls: { certificate: "c", key: "k" } }, / -e ironic-python-agent-tls /],
  ["dynamic-login is there when asked", { dynamicLogin: true }, / -e dynamic-login /],
  ["dynamic-login is not there by itself", {}, /^(?!.*dynamic-login)/],
  [
    "the architecture and our options go through to disk-image-create",
    { architecture: "arm64" },
    /--extra-args=-a arm64 --no-tmpfs -p /,
  ],
  [
    "file(1) is always installed, once",
    { packages: ["lldpd", "file"] },
    /-p (?=[^ ]*\bfile\b)(?=[^ ]*\blldpd\b)(?![^ ]*\bfile\b.*\bfile\b)/,
  ],
];

for (const [what, change, expected] of commands) {
  test(`the builder's command: ${what}`, () => {
    assert.match(deployBuildCommand({ ...content, ...change }).join(" "), expected);
  });
}

test("no output is in the command: the job adds an absolute one", () => {
  assert.ok(!deployBuildCommand(content).some((word) => /^(-o|--output)/.test(word)));
});

test("an archive, a git ref and what is not pinned come out as variables of source-repositories", () => {
  assert.deepEqual(deployBuildEnvironment({ ...content, environment: { DIB_IPA_ENABLE_RESCUE: "false" } }, place), {
    DIB_IPA_ENABLE_RESCUE: "false",
    DIB_RELEASE: "bookworm",
    DIB_CHECKSUM: "0",
    DIB_IPA_COMPRESS_CMD: "gzip",
    DIB_REPOTYPE_ironic_python_agent: "tar",
    DIB_REPOLOCATION_ironic_python_agent: "file:///sources/a",
    DIB_REPOREF_ironic_python_agent: "*",
    DIB_REPOREF_requirements: "stable/2026.1",
    DIB_REPOLOCATION_requirements: "https://example.org/requirements",
  });
});

test("a pinned glean is used, not only fetched", () => {
  const variables = deployBuildEnvironment({ ...content, simpleInit: { sha256: "b" } }, place);
  assert.equal(variables["DIB_INSTALLTYPE_simple_init"], "repo");
  assert.equal(variables["DIB_REPOLOCATION_glean"], "file:///sources/b");
});

test("zstd compresses with zstd", () => {
  assert.match(
    deployBuildEnvironment({ ...content, compression: "zstd" }, place)["DIB_IPA_COMPRESS_CMD"] ?? "",
    /^zstd /,
  );
});

const certificates: readonly (readonly [string, Partial<DeployBuildContent>, Record<string, string>])[] = [
  [
    "a certificate with its key and the CA of clients",
    { tls: { certificate: "c", key: "k", clientCa: "d" } },
    { DIB_IPA_CERT_FILE: "/sources/c", DIB_IPA_KEY_FILE: "/sources/k", DIB_IPA_CA_FILE: "/sources/d" },
  ],
  [
    "a certificate that the build makes",
    { tls: { selfSigned: { hostname: "node.example", days: 30 } } },
    { DIB_IPA_CERT_HOSTNAME: "node.example", DIB_IPA_CERT_EXPIRATION: "30" },
  ],
  ["the CA of Ironic", { trustedCa: "e" }, { DIB_IPA_CERT: "/sources/e" }],
];
for (const [what, change, expected] of certificates) {
  test(`the variables of ${what}`, () => {
    const variables = deployBuildEnvironment({ ...content, ...change }, place);
    assert.deepEqual(
      Object.fromEntries(Object.entries(variables).filter(([name]) => /^DIB_IPA_(CA|CERT|KEY)/.test(name))),
      expected,
    );
  });
}
