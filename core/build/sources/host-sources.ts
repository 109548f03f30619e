import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { IronicImagesError } from "../../errors.ts";
import type { IndexSettings } from "../../python-index/index-settings.ts";
import { mirrorsOf, parseDeb822Sources, parseSourcesList, proxiesOf, type AptSource } from "./apt-configuration.ts";
import type { BuildSettings } from "../settings.ts";

/** Where a build on this machine gets packages from. For the build only: nothing of it may be in the image. */
export interface HostSources {
  readonly mirrors: { readonly distribution?: string; readonly security?: string };
  readonly proxy: { readonly http?: string; readonly https?: string; readonly no?: string };
  /** File on this machine. */
  readonly caBundle?: string;
  /** Where pip in the image gets packages from; absent where none runs. */
  readonly pythonIndex?: IndexSettings;
}

/** What this machine says of itself, before settings are laid over it. */
export interface HostFacts {
  /** `ID` and `VERSION_CODENAME` of os-release(5). */
  readonly id?: string;
  readonly codename?: string;
  readonly aptSources: readonly AptSource[];
  /** Output of `apt-config dump`. */
  readonly aptConfig: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Variables that name a CA bundle, the most deliberate first. */
const caVariables = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/**
 * Settings first, then the environment, then apt. Mirrors of the host serve only the host's own distribution and release family, so they are used
 * only where that is built.
 * @param distribution root element of diskimage-builder, e.g. `debian-minimal`
 * @throws IronicImagesError `host-source-refused` for a value that a shell would read as more than a word
 */
export function hostSources(facts: HostFacts, settings: BuildSettings, distribution: string): HostSources {
  const sameDistribution =
    facts.id !== undefined && (distribution === facts.id || distribution.startsWith(`${facts.id}-`));
  const own = sameDistribution && facts.codename !== undefined ? mirrorsOf(facts.aptSources, facts.codename) : {};
  const variable = (name: string): string | undefined => facts.env[name] || facts.env[name.toUpperCase()] || undefined;
  const apt = proxiesOf(facts.aptConfig);
  const sources = {
    mirrors: defined({
      distribution: settings.mirrors?.mirror ?? own.distribution,
      security: settings.mirrors?.security ?? own.security,
    }),
    proxy: defined({
      http: settings.proxy?.http ?? variable("http_proxy") ?? apt.http,
      https: settings.proxy?.https ?? variable("https_proxy") ?? apt.https,
      no: joined(settings.proxy?.no ?? variable("no_proxy")),
    }),
    ...defined({
      caBundle:
        settings.caBundle ??
        caVariables.map((name) => facts.env[name]).find((value) => value !== undefined && value !== ""),
    }),
  };
  for (const [name, value] of Object.entries({
    ...sources.mirrors,
    http_proxy: sources.proxy.http,
    https_proxy: sources.proxy.https,
  })) {
    if (value !== undefined) refuseUnlessUrl(name, value);
  }
  if (sources.proxy.no !== undefined && !/^[\w.*,:/[\]-]*$/.test(sources.proxy.no))
    refuse("no_proxy", "a list of host names");
  return sources;
}

/** What a build on a machine with this environment would be refused for, or undefined: a preview can say it before. */
export function hostSourceProblem(env: HostFacts["env"], settings: BuildSettings): string | undefined {
  try {
    hostSources({ aptSources: [], aptConfig: "", env }, settings, "");
    return undefined;
  } catch (error) {
    if (error instanceof IronicImagesError) return error.summary;
    throw error;
  }
}

/** Many write it with spaces, and in `sudo sh -c "no_proxy=$no_proxy debootstrap …"` the word behind a space would be the command. */
function joined(list: string | undefined): string | undefined {
  return (
    list
      ?.split(/[\s,]+/)
      .filter((word) => word !== "")
      .join(",") || undefined
  );
}

/**
 * diskimage-builder hands these to `sudo sh -c` without quotes (elements/debootstrap/root.d/08-debootstrap): no character that a shell knows. Nor a
 * comma, which ends a part of its sed commands.
 */
function refuseUnlessUrl(name: string, value: string): void {
  if (!/^(https?|socks5h?):\/\/[\w.~%:@/[\]+=-]+$/.test(value) || !URL.canParse(value))
    refuse(name, "a plain URL (percent-encode other characters)");
}

function refuse(name: string, expected: string): never {
  // Without the value: it can hold a password.
  throw new IronicImagesError(
    "host-source-refused",
    `The build host's ${name} is not ${expected}; set it right in the environment, in apt's configuration, or in ironic-images:build`,
  );
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends Record<string, unknown>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** Reads this machine's own configuration; a machine without apt has none. */
export async function readHostFacts(env: HostFacts["env"] = process.env, etc = "/etc"): Promise<HostFacts> {
  const release = await readFile(join(etc, "os-release"), "utf8").catch(() => "");
  const value = (name: string): string | undefined => new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(release)?.[1];
  const directory = join(etc, "apt", "sources.list.d");
  const files = [
    join(etc, "apt", "sources.list"),
    ...(await readdir(directory).catch(() => [])).sort().map((name) => join(directory, name)),
  ];
  const aptSources: AptSource[] = [];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (file.endsWith(".list")) aptSources.push(...parseSourcesList(text));
    if (file.endsWith(".sources")) aptSources.push(...parseDeb822Sources(text));
  }
  const { execa } = await import("execa");
  const dump = await execa("apt-config", ["dump"], { reject: false });
  return {
    ...defined({ id: value("ID"), codename: value("VERSION_CODENAME") }),
    aptSources,
    aptConfig: dump.stdout,
    env,
  };
}
