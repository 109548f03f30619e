import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { cleanBuildDirectory } from "../../core/build/sandbox/sandbox.ts";
import { hostSources, readHostFacts } from "../../core/build/sources/host-sources.ts";

/**
 * Runs `disk-image-create` as a person does who follows the documentation, with the build host's mirrors and an empty cache, in namespaces of its own so that nothing of it
 * stays. Needs root; nothing in the arguments may need kpartx.
 * @param name of the image, which is in its manifests
 * @param bin directory of the command
 * @param words arguments without `-o`
 * @param use given the path of the outputs without extension, which are gone afterwards
 */
export async function withPlainBuild<T>(
  directory: string,
  name: string,
  bin: string,
  words: readonly string[],
  release: string,
  use: (output: string) => Promise<T>,
): Promise<T> {
  for (const each of ["home", "tmp", "cache", "out"]) mkdirSync(join(directory, each), { recursive: true });
  // By this mark clean.sh knows what it may remove, with its loop devices.
  writeFileSync(join(directory, "ironic-images-build"), "");
  const { mirrors, proxy, caBundle } = hostSources(await readHostFacts(), {}, words[0] ?? "");
  const environment: Record<string, string | undefined> = {
    PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: join(directory, "home"),
    LANG: "C.UTF-8",
    TMPDIR: join(directory, "tmp"),
    TMP_DIR: join(directory, "tmp"),
    DIB_IMAGE_CACHE: join(directory, "cache"),
    DIB_NO_TMPFS: "1",
    DIB_RELEASE: release,
    DIB_DISTRIBUTION_MIRROR: mirrors.distribution,
    DIB_DEBIAN_SECURITY_MIRROR: mirrors.security,
    http_proxy: proxy.http,
    https_proxy: proxy.https,
    no_proxy: proxy.no,
    SSL_CERT_FILE: caBundle,
  };
  const variables = Object.entries(environment).flatMap(([variable, value]) =>
    value === undefined ? [] : [`${variable}=${value}`],
  );
  const alone = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const output = join(directory, "out", name);
  try {
    await execa(
      "setpriv",
      [
        "--pdeathsig",
        "KILL",
        "unshare",
        ...alone,
        "env",
        "-i",
        ...variables,
        "disk-image-create",
        ...words,
        "-o",
        output,
      ],
      { cwd: directory, stdin: "ignore", all: true, maxBuffer: 2 ** 26 },
    );
    return await use(output);
  } finally {
    await cleanBuildDirectory(directory);
  }
}
