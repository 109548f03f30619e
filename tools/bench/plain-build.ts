import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { privileged } from "../../core/build/host/privileged.ts";
import { cleanBuildDirectory } from "../../core/build/sandbox/sandbox.ts";
import { hostSources, readHostFacts, type HostSources } from "../../core/build/sources/host-sources.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { lastLines } from "../text.ts";

/** A build without us. */
export interface PlainBuild {
  /** Directory for it, which is not there yet, and is gone afterwards. */
  readonly directory: string;
  /** DIB_IMAGE_CACHE. */
  readonly cache: string;
  /** `disk-image-create` and its arguments, without `-o`. */
  readonly command: readonly string[];
  readonly distribution: string;
  readonly environment: Readonly<Record<string, string>>;
  /** ELEMENTS_PATH. */
  readonly elements: string;
  /** Directory of the command. */
  readonly bin: string;
  readonly signal: AbortSignal;
}

/** How long it took, and what it said. */
export interface BuildRun {
  readonly seconds: number;
  readonly log: string;
}

/** What a person who builds on this machine has set: mirrors, proxies, certificates, and what the documentation names. */
export function plainEnvironment(
  { bin, directory, cache, elements, environment }: Omit<PlainBuild, "command" | "distribution" | "signal">,
  { mirrors, proxy, caBundle }: HostSources,
): Record<string, string> {
  const set: Record<string, string | undefined> = {
    PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: join(directory, "home"),
    LANG: "C.UTF-8",
    TMPDIR: join(directory, "tmp"),
    DIB_IMAGE_CACHE: cache,
    ELEMENTS_PATH: elements,
    DIB_DISTRIBUTION_MIRROR: mirrors.distribution,
    DIB_DEBIAN_SECURITY_MIRROR: mirrors.security,
    ...environment,
  };
  const both = (name: string, value: string | undefined) =>
    Object.assign(set, { [name]: value, [name.toUpperCase()]: value });
  both("http_proxy", proxy.http);
  both("https_proxy", proxy.https);
  both("no_proxy", proxy.no);
  for (const name of ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]) set[name] = caBundle;
  return Object.fromEntries(
    Object.entries(set).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
}

/** @throws IronicImagesError `bench-failed` with the end of the log */
export async function plainBuild(build: PlainBuild): Promise<BuildRun> {
  const { directory, command, distribution, signal } = build;
  for (const name of ["home", "tmp", "out"]) await mkdir(join(directory, name), { recursive: true });
  await mkdir(build.cache, { recursive: true });
  // By this mark clean.sh knows what it may remove, with its loop devices.
  await writeFile(join(directory, "ironic-images-build"), "");
  const log = join(dirname(directory), "plain.log");
  const variables = plainEnvironment(build, hostSources(await readHostFacts(), {}, distribution));
  const [file = "", ...args] = privileged([
    fileURLToPath(new URL("./plain-build.sh", import.meta.url)),
    join(directory, "out"),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...command,
    ...["-o", "plain"],
  ]);
  const start = performance.now();
  try {
    const running = execa(file, args, {
      stdin: "pipe",
      stdout: { file: log },
      stderr: "ignore",
      reject: false,
      buffer: false,
    });
    const end = (): void => void running.stdin.end();
    signal.addEventListener("abort", end, { once: true });
    const { exitCode } = await running;
    signal.removeEventListener("abort", end);
    const seconds = (performance.now() - start) / 1000;
    signal.throwIfAborted();
    const said = await readFile(log, "utf8");
    if (exitCode !== 0)
      throw new IronicImagesError("bench-failed", `plain ${command.join(" ")} ended with ${exitCode}`, lastLines(said));
    return { seconds, log: said };
  } finally {
    await cleanBuildDirectory(directory);
  }
}
