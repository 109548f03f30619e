import { pipVariables } from "../../python-index/index-settings.ts";
import type { HostSources } from "../sources/host-sources.ts";
import { caFile, finishFile, inside, insideSource, wheelsDirectory } from "./inside-paths.ts";

/**
 * The whole environment of diskimage-builder: nothing is inherited.
 * @param content what the recipe decides, from `diskImageCreateEnvironment`; wins over the build host's mirrors
 * @param inputs.baseImageName file name of the base image in the sandbox, if there is one
 * @param inputs.wheels sha256 of the archive of all packages that pip may use, if there is one
 */
export function builderEnvironment(
  content: Readonly<Record<string, string>>,
  host: HostSources,
  inputs: { readonly baseImageName?: string; readonly wheels?: string } = {},
): Record<string, string> {
  const { baseImageName, wheels } = inputs;
  return {
    PATH: `${inside.bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    // Empty: the elements devuser and local-config would take the builder's own keys from here.
    HOME: inside.home,
    // No file, which is how devuser is told to take nobody's key (elements/devuser/README.rst).
    DIB_DEV_USER_AUTHORIZED_KEYS: "/dev/null",
    USER: "root",
    LOGNAME: "root",
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    TMPDIR: inside.tmp,
    TMP_DIR: inside.tmp,
    XDG_CACHE_HOME: `${inside.cache}/xdg`,
    DEBIAN_FRONTEND: "noninteractive",
    ELEMENTS_PATH: `${inside.hooks}:${inside.elements}`,
    DIB_IMAGE_CACHE: inside.cache,
    DIB_LOCKFILES: inside.lockfiles,
    // Two tmpfs of up to half of the memory each, per build, otherwise.
    DIB_NO_TMPFS: "1",
    IRONIC_IMAGES_FINISH: finishFile,
    ...networkVariables(host),
    ...(baseImageName === undefined ? {} : { DIB_LOCAL_IMAGE: `${inside.base}/${baseImageName}` }),
    ...(wheels === undefined ? {} : { IRONIC_IMAGES_WHEELS: insideSource(wheels) }),
    ...(wheels === undefined && host.pythonIndex === undefined
      ? {}
      : pipVariables(host.pythonIndex, wheels === undefined ? undefined : wheelsDirectory)),
    ...content,
  };
}

function networkVariables({ mirrors, proxy, caBundle }: HostSources): Record<string, string> {
  const variables: Record<string, string> = {};
  if (mirrors.distribution !== undefined) variables["DIB_DISTRIBUTION_MIRROR"] = mirrors.distribution;
  if (mirrors.security !== undefined) variables["DIB_DEBIAN_SECURITY_MIRROR"] = mirrors.security;
  // Both spellings: curl reads http_proxy in lower case only, other tools the upper one.
  for (const [name, value] of [
    ["http_proxy", proxy.http],
    ["https_proxy", proxy.https],
    ["no_proxy", proxy.no],
  ] as const) {
    if (value !== undefined) Object.assign(variables, { [name]: value, [name.toUpperCase()]: value });
  }
  if (caBundle !== undefined) {
    for (const name of ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO"])
      variables[name] = caFile;
  }
  return variables;
}
