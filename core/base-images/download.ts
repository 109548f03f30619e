import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import * as tls from "node:tls";
import { IronicImagesError } from "../errors.ts";

/** Limits of a download; the defaults fit a slow mirror. */
export interface DownloadLimits {
  /** Milliseconds without a byte after which a try is given up; default 60000. */
  readonly idleTimeout?: number;
  /** Milliseconds before the second and each further try; as many tries as entries, and one. Default 2000, 10000. */
  readonly pauses?: readonly number[];
}

/** What came: bytes and sha256 (hex). */
export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
}

/** A failure that another try may not meet. */
class PassingFailure extends Error {}

const redirects = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 5;
const reportEvery = 10_000;

/**
 * Downloads a URL into a new file, which is on the disk when this returns. Hashes while it writes. Proxies come from the environment, as curl takes them;
 * certificates are checked with Node's own list (with NODE_EXTRA_CA_CERTS) and the system's.
 * @param report told how far it is, and of tries that failed
 * @throws IronicImagesError `download-failed`
 */
export async function download(
  url: string,
  path: string,
  report: (message: string) => void,
  limits: DownloadLimits = {},
): Promise<Downloaded> {
  const { idleTimeout = 60_000, pauses = [2_000, 10_000] } = limits;
  for (const pause of [...pauses, undefined]) {
    try {
      return await downloadOnce(url, path, report, idleTimeout);
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      if (pause === undefined) {
        throw failure(
          url,
          `${error.message}, ${pauses.length + 1} times; try again later, or take another mirror`,
          error,
        );
      }
      report(`${url}: ${error.message}; next try in ${pause / 1000} s`);
      await sleep(pause);
    }
  }
  throw failure(url, "was not tried");
}

async function downloadOnce(
  url: string,
  path: string,
  report: (message: string) => void,
  idleTimeout: number,
): Promise<Downloaded> {
  const { response, end } = await get(url, idleTimeout);
  try {
    const total = Number(response.headers["content-length"]);
    const of = Number.isFinite(total) ? ` of ${mebibytes(total)}` : "";
    const file = await open(path, "w", 0o644);
    try {
      const hash = createHash("sha256");
      let size = 0;
      let reported = performance.now();
      for await (const chunk of response as AsyncIterable<Buffer>) {
        hash.update(chunk);
        await file.writeFile(chunk);
        size += chunk.length;
        if (performance.now() - reported < reportEvery) continue;
        reported = performance.now();
        report(`${url}: ${mebibytes(size)}${of}`);
      }
      if (size === 0) throw failure(url, "is empty; correct baseImage.url");
      await file.sync();
      return { size, sha256: hash.digest("hex") };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw asPassing(error, "ends too early");
  } finally {
    end();
  }
}

/** The answer, with status 200, after all redirects; `end` gives up its connections. */
async function get(start: string, idleTimeout: number): Promise<{ response: http.IncomingMessage; end: () => void }> {
  let url = new URL(start);
  const agents: http.Agent[] = [];
  const end = () => agents.forEach((agent) => agent.destroy());
  try {
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const secure = url.protocol === "https:";
      const proxy = isLoopback(url.hostname) ? {} : { proxyEnv: process.env };
      const agent = secure ? new https.Agent({ ca: certificates(), ...proxy }) : new http.Agent(proxy);
      agents.push(agent);
      const response = await request(url, agent, idleTimeout);
      const status = response.statusCode ?? 0;
      if (status === 200) return { response, end };
      const { location } = response.headers;
      if (!redirects.has(status) || location === undefined) {
        const why = `the server answers ${status} ${response.statusMessage ?? ""}`.trimEnd();
        if (status >= 500 || status === 408 || status === 429) throw new PassingFailure(why);
        throw failure(start, `${why}; correct baseImage.url`);
      }
      const next = new URL(location, url);
      if (next.protocol !== "https:" && (secure || next.protocol !== "http:"))
        throw failure(start, `is redirected to ${next.href}, which is not as safe as what was asked for`);
      url = next;
    }
    throw failure(start, `is redirected more than ${maxRedirects} times`);
  } catch (error) {
    end();
    throw asPassing(error, "cannot be reached");
  }
}

async function request(url: URL, agent: http.Agent, idleTimeout: number): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const outgoing = (url.protocol === "https:" ? https : http).get(url, { agent, timeout: idleTimeout });
  let response: http.IncomingMessage | undefined;
  outgoing.on("response", (incoming) => {
    response = incoming;
    resolve(incoming);
  });
  // Whichever is waited for by then ends with this error.
  outgoing.on("timeout", () =>
    (response ?? outgoing).destroy(new PassingFailure(`nothing came for ${idleTimeout / 1000} s`)),
  );
  outgoing.on("error", reject);
  return promise;
}

/** System errors of the network may pass; those of this machine's disk, and what we found wrong ourselves, do not. */
function asPassing(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof IronicImagesError || error instanceof PassingFailure) return error;
  const { code = error.message, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined && ["open", "write", "fsync", "close"].includes(syscall)) return error;
  return new PassingFailure(`${what} (${code})`, { cause: error });
}

function certificates(): string[] {
  return [...tls.getCACertificates("default"), ...tls.getCACertificates("system")];
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

function failure(url: string, why: string, cause?: unknown): IronicImagesError {
  return new IronicImagesError("download-failed", `${url} ${why}`, "", { cause });
}
