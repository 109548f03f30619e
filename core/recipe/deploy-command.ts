import type { DeployBuildContent, PinnedSource, TlsContent } from "./deploy-content.ts";

/** What Ironic's deploy steps need beyond the builder's own list: without file(1) a BIOS partition deploy fails at its last step. */
const neededPackages = ["file"];

/** The content fields that decide which elements are asked for. */
export type DeployElementChoice = Pick<DeployBuildContent, "distribution" | "elements" | "tls" | "dynamicLogin">;

/** The elements on the command line of disk-image-create, in order; ironic-python-agent-builder puts the first there. */
export function deployElements({ distribution, elements, tls, dynamicLogin }: DeployElementChoice): string[] {
  return [
    "ironic-python-agent-ramdisk",
    distribution,
    ...elements,
    ...(tls === undefined ? [] : ["ironic-python-agent-tls"]),
    ...(dynamicLogin ? ["dynamic-login"] : []),
  ];
}

/** The command that builds deploy kernel and ramdisk. The output's path is the job's to add, and absolute: the builder changes directories. */
export function deployBuildCommand(content: DeployBuildContent): string[] {
  const [, distribution = "", ...elements] = deployElements(content);
  const packages = [...new Set([...neededPackages, ...content.packages])];
  return [
    "ironic-python-agent-builder",
    ...["-r", content.release],
    ...elements.flatMap((element) => ["-e", element]),
    // One word: the builder splits it again (shlex).
    `--extra-args=-a ${content.architecture} --no-tmpfs -p ${packages.join(",")}`,
    distribution,
  ];
}

/** Variables of diskimage-builder for what a source is pinned to; where an archive lies is the job's to add. */
const sourceRepositories = { agent: "ironic_python_agent", requirements: "requirements", simpleInit: "glean" } as const;

/** Names of the sources that can be archives, in the order of the schema. */
export const deploySources = ["agent", "requirements", "simpleInit"] as const;

/** One source of a built ramdisk. */
export type DeploySource = (typeof deploySources)[number];

/**
 * The variables that a content asks for.
 *
 * @param place absolute path at which the build finds what has this sha256
 */
export function deployBuildEnvironment(
  content: DeployBuildContent,
  place: (sha256: string) => string,
): Record<string, string> {
  return {
    ...content.environment,
    DIB_RELEASE: content.release,
    // We write digests of our own; the builder's file would be one more output.
    DIB_CHECKSUM: "0",
    DIB_IPA_COMPRESS_CMD: content.compression === "zstd" ? "zstd -10 -T0 -q" : "gzip",
    ...Object.assign({}, ...deploySources.map((source) => sourceVariables(source, content[source], place))),
    ...(content.tls === undefined ? {} : tlsVariables(content.tls, place)),
    ...(content.trustedCa === undefined ? {} : { DIB_IPA_CERT: place(content.trustedCa) }),
  };
}

function sourceVariables(
  source: DeploySource,
  pinned: PinnedSource,
  place: (sha256: string) => string,
): Record<string, string> {
  const name = sourceRepositories[source];
  if ("unpinned" in pinned) return {};
  // By itself the element takes today's glean from the Python index, and the source repository for nothing.
  const use: Record<string, string> = source === "simpleInit" ? { DIB_INSTALLTYPE_simple_init: "repo" } : {};
  if ("gitRef" in pinned) {
    return {
      ...use,
      [`DIB_REPOREF_${name}`]: pinned.gitRef,
      ...(pinned.repository === undefined ? {} : { [`DIB_REPOLOCATION_${name}`]: pinned.repository }),
    };
  }
  return {
    ...use,
    [`DIB_REPOTYPE_${name}`]: "tar",
    [`DIB_REPOLOCATION_${name}`]: `file://${place(pinned.sha256)}`,
    // The content of the archive's one directory.
    [`DIB_REPOREF_${name}`]: "*",
  };
}

/** The README of the element ironic-python-agent-tls. */
function tlsVariables(tls: TlsContent, place: (sha256: string) => string): Record<string, string> {
  return {
    ...("selfSigned" in tls
      ? { DIB_IPA_CERT_HOSTNAME: tls.selfSigned.hostname, DIB_IPA_CERT_EXPIRATION: String(tls.selfSigned.days) }
      : { DIB_IPA_CERT_FILE: place(tls.certificate), DIB_IPA_KEY_FILE: place(tls.key) }),
    ...(tls.clientCa === undefined ? {} : { DIB_IPA_CA_FILE: place(tls.clientCa) }),
  };
}
