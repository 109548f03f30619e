import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { createReport } from "../../../tools/report.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/pulumi/", import.meta.url));

/** A machine with nothing on PATH but the few commands that shell scripts need, and what a test puts there. */
export function bareMachine(t: TestContext) {
  const root = temporaryDirectory(t);
  const bin = join(root, "bin");
  mkdirSync(bin);
  for (const name of ["sh", "basename", "dirname", "readlink", "cat", "sleep", "chmod"]) {
    symlinkSync(execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), join(bin, name));
  }
  symlinkSync(process.execPath, join(bin, "node"));
  const goLog = join(root, "go.log");
  let printed = "";
  const environment: NodeJS.ProcessEnv = {
    PATH: bin,
    HOME: join(root, "home"),
    FIXTURE_GO_LOG: goLog,
    FIXTURE_GO_VERSION: "1.26.8",
  };
  return {
    root,
    bin,
    environment,
    cacheDirectory: join(root, "cache"),
    pulumiHome: join(root, "pulumi-home"),
    report: createReport({ write: (text) => (printed += text) }),
    printed: () => printed,
    /** Puts a program that only answers this version into a directory, under each name. */
    install: (directory: string, version: string, ...names: string[]) =>
      names.forEach((name) => installVersioned(directory, version, name)),
    installGo: () => copyFixture("go", bin, "go"),
    /** The arguments of each build so far. */
    builds: () => (existsSync(goLog) ? readFileSync(goLog, "utf8").trim().split("\n") : []),
  };
}

function copyFixture(fixture: string, directory: string, name: string): void {
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(fixtures, fixture), join(directory, name));
  chmodSync(join(directory, name), 0o755);
}

function installVersioned(directory: string, version: string, name: string): void {
  copyFixture("versioned", directory, name);
  writeFileSync(join(directory, `${name}.version`), `${version}\n`);
}

/** A gzipped tar archive of programs that only answer this version. */
export function archiveOf(root: string, version: string, ...paths: string[]): Buffer {
  const content = join(root, "archive-content");
  for (const path of paths) installVersioned(dirname(join(content, path)), version, basename(path));
  return execFileSync("tar", ["-cz", "-C", content, ...readdirSync(content)]);
}

/** Plays the vendor's site on loopback; counts what is asked for. */
export async function vendorSite(t: TestContext, answer: RequestListener) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { site: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers that a site without the archive, a silent one, and one that falls silent half-way give. */
export const answers = {
  notFound: ((_request, response) => response.writeHead(404).end()) satisfies RequestListener,
  silence: (() => {}) satisfies RequestListener,
  whole:
    (archive: Buffer): RequestListener =>
    (_request, response) =>
      response.end(archive),
  stall:
    (archive: Buffer): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { "content-length": archive.length });
      response.write(archive.subarray(0, archive.length / 2));
    },
};
