import { chmod, copyFile, cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import tmp from "tmp";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import type { BuildJob } from "../../../core/build/job.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { guestCommand, guestMemory, parseCpuList } from "./command.ts";
import { exchangeFiles, type GuestResult } from "./exchange.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Variables of this process that the build's own job reads. */
const passedOn = [
  "PATH",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
];

/** The guest's work disk; a file with holes. */
const diskBytes = 16 * 2 ** 30;

/**
 * Builds a job with this program's executor inside user-mode-linux, whose kernel has VFAT and device-mapper, and imports the artifact into the
 * project's store. Leaves nothing else, however it ends.
 * @param options.onLine each line of the guest's console: the kernel's, then `<name>: <phase>, <seconds> s`
 * @throws IronicImagesError that of the job; `guest-died` with the end of the console
 */
export async function buildInUml(
  job: BuildJob,
  options: { projectDirectory: string; timeoutMinutes: number; onLine(line: string): void },
): Promise<ArtifactRecord> {
  const exchange = tmp.dirSync({ prefix: "ironic-images-uml", keep: true }).name;
  try {
    if (!/^[\w./-]+$/.test(exchange))
      throw new IronicImagesError(
        "guest-failed",
        `${exchange} does not fit on a kernel's command line: set TMPDIR to a plain path`,
      );
    const files = exchangeFiles(exchange);
    await fillExchange(files, job, options.projectDirectory);
    const console = await runGuest(exchange, options);
    const result = await readFile(files.result, "utf8").then(
      (text) => JSON.parse(text) as GuestResult,
      () => undefined,
    );
    if (result === undefined)
      throw new IronicImagesError("guest-died", "user-mode-linux ended before the build did", console);
    if (!result.ok) throw new IronicImagesError(result.code, result.summary, result.details);
    return await openStore(options.projectDirectory).importFrom(files.artifact);
  } finally {
    // The guest's mounts were its own; on the host nothing was ever mounted here.
    await rm(exchange, { recursive: true, force: true });
  }
}

async function fillExchange(
  files: ReturnType<typeof exchangeFiles>,
  job: BuildJob,
  projectDirectory: string,
): Promise<void> {
  await copyFile(here("guest-init.sh"), files.init);
  await chmod(files.init, 0o755);
  await writeFile(files.job, JSON.stringify(job));
  await mkdir(files.elements);
  await cp(join(projectDirectory, "elements"), files.elements, { recursive: true, verbatimSymlinks: true }).catch(
    () => undefined,
  );
  await writeFile(files.disk, "");
  await truncate(files.disk, diskBytes);
  const variables = passedOn.flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  );
  const words = [...variables, process.execPath, here("guest-build.ts")];
  // Mode: a proxy's address can hold a password.
  await writeFile(files.command, words.map((word) => `${word}\0`).join(""), { mode: 0o600 });
}

/** @returns the end of the console */
async function runGuest(
  exchange: string,
  options: { timeoutMinutes: number; onLine(line: string): void },
): Promise<string> {
  const { init, disk } = exchangeFiles(exchange);
  const status = await readFile("/proc/self/status", "utf8");
  const cpus = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "0");
  const [command = "", ...words] = guestCommand({
    exchange,
    init,
    disk,
    memory: guestMemory(totalmem()),
    cpu: cpus.at(-1) ?? 0,
  });
  const environment = {
    PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: exchange,
    TMPDIR: "/dev/shm",
  };
  const guest = execa(command, words, {
    env: environment,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
    timeout: options.timeoutMinutes * 60_000,
    killSignal: "SIGKILL",
  });
  const tail: string[] = [];
  for await (const line of guest.iterable({ from: "all" })) {
    options.onLine(line);
    tail.push(line);
    if (tail.length > 40) tail.shift();
  }
  await guest;
  return tail.join("\n");
}
